//! When a service wants to be asked again.

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use std::time::{Duration, SystemTime};

/// Longest wait that is passed on. Whoever says more means "not today".
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// What the service says about asking again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Advice {
    /// Not before that long.
    pub(super) after: Option<Duration>,
    /// Whether it makes sense at all, where it says so.
    pub(super) worth_it: Option<bool>,
}

/// Reads `retry-after-ms`, else `retry-after` (seconds, also broken ones, or a date), and `x-should-retry`.
///
/// A date is compared with the response's own `Date`, so that a clock that is wrong does no harm; `now` is for
/// responses without one.
pub(super) fn advice(headers: &HeaderMap, now: SystemTime) -> Advice {
    let text = |name: &str| Some(headers.get(name)?.to_str().ok()?.trim());
    let after = text("retry-after-ms")
        .and_then(|value| span(value, 0.001))
        .or_else(|| {
            let value = text(RETRY_AFTER.as_str())?;
            span(value, 1.0).or_else(|| {
                let then = httpdate::parse_http_date(value).ok()?;
                let sent =
                    text(DATE.as_str()).and_then(|date| httpdate::parse_http_date(date).ok());
                let wait = then.duration_since(sent.unwrap_or(now));
                Some(wait.unwrap_or(Duration::ZERO))
            })
        })
        .map(|after| after.min(LONGEST));
    let worth_it = match text("x-should-retry") {
        Some("true") => Some(true),
        Some("false") => Some(false),
        _ => None,
    };
    Advice { after, worth_it }
}

/// A number of units of that many seconds. Negative and endless ones are nonsense.
fn span(text: &str, unit: f64) -> Option<Duration> {
    let seconds = text.parse::<f64>().ok()? * unit;
    (seconds >= 0.0).then_some(())?;
    Duration::try_from_secs_f64(seconds.min(LONGEST.as_secs_f64())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::{HeaderName, HeaderValue};

    fn read(pairs: &[(&'static str, &str)]) -> Advice {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(
                HeaderName::from_static(name),
                HeaderValue::from_str(value).unwrap(),
            );
        }
        let now = httpdate::parse_http_date("Mon, 23 Nov 2026 12:00:00 GMT").unwrap();
        advice(&headers, now)
    }

    fn seconds(pairs: &[(&'static str, &str)]) -> Option<f64> {
        read(pairs).after.map(|after| after.as_secs_f64())
    }

    #[test]
    fn seconds_milliseconds_and_dates_are_understood() {
        assert_eq!(seconds(&[("retry-after", "2")]), Some(2.0));
        assert_eq!(seconds(&[("retry-after", " 0.25 ")]), Some(0.25));
        assert_eq!(seconds(&[("retry-after-ms", "150")]), Some(0.15));
        assert_eq!(
            seconds(&[("retry-after-ms", "150"), ("retry-after", "9")]),
            Some(0.15)
        );
        let date = "Mon, 23 Nov 2026 12:00:30 GMT";
        assert_eq!(seconds(&[("retry-after", date)]), Some(30.0));
        let own_clock = ("date", "Mon, 23 Nov 2026 12:00:20 GMT");
        assert_eq!(seconds(&[("retry-after", date), own_clock]), Some(10.0));
    }

    #[test]
    fn nonsense_is_no_advice_and_ages_are_cut_to_a_day() {
        for value in ["", "soon", "-1", "NaN", "Mon, 99 Nov 2026"] {
            assert_eq!(seconds(&[("retry-after", value)]), None, "{value}");
        }
        for value in [
            "1e300",
            "inf",
            "99999999999999",
            "Sun, 23 Nov 2036 12:00:00 GMT",
        ] {
            assert_eq!(
                seconds(&[("retry-after", value)]),
                Some(86_400.0),
                "{value}"
            );
        }
        let past = "Mon, 23 Nov 2020 12:00:00 GMT";
        assert_eq!(seconds(&[("retry-after", past)]), Some(0.0));
    }

    #[test]
    fn a_service_may_say_whether_asking_again_helps() {
        assert_eq!(read(&[("x-should-retry", "false")]).worth_it, Some(false));
        assert_eq!(read(&[("x-should-retry", "true")]).worth_it, Some(true));
        assert_eq!(read(&[("x-should-retry", "maybe")]).worth_it, None);
    }
}
