//! Points in time as people and files write them.

use super::Timestamp;

/// Milliseconds of a day.
const DAY: u64 = 86_400_000;
/// The last millisecond of the year 9999: no later one can be written.
const END: u64 = 253_402_300_799_999;

impl Timestamp {
    /// The point in time by RFC 3339, UTC, with milliseconds, e.g. `2025-09-07T02:45:49.312Z`. Points beyond the
    /// year 9999 are written as its end.
    pub fn rfc3339(self) -> String {
        let millis = self.0.min(END);
        let (days, of_day) = (millis / DAY, millis % DAY);
        let (year, month, day) = civil(days);
        let (hour, minute) = (of_day / 3_600_000, of_day / 60_000 % 60);
        let (second, milli) = (of_day / 1_000 % 60, of_day % 1_000);
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
    }

    /// Reads what [`Timestamp::rfc3339`] writes, and no other form.
    pub fn from_rfc3339(text: &str) -> Option<Self> {
        let field = |range: std::ops::Range<usize>| -> Option<u64> {
            let digits = text.get(range)?;
            let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| digits.parse().ok()).flatten()
        };
        let (year, month, day) = (field(0..4)?, field(5..7)?, field(8..10)?);
        let (hour, minute, second) = (field(11..13)?, field(14..16)?, field(17..19)?);
        let of_day = ((hour * 60 + minute) * 60 + second) * 1_000 + field(20..23)?;
        let read = Self(days(year, month, day)?.checked_mul(DAY)? + of_day);
        // Whatever is out of its range is written otherwise.
        (read.rfc3339() == text).then_some(read)
    }
}

/// Year, month and day of a day number. The civil calendar from a day number: Howard Hinnant,
/// "chrono-compatible low-level date algorithms", `civil_from_days`, for days since 1970 only.
fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    (year, month, day)
}

/// The day number of a date from 1970 on: `days_from_civil` of the same source.
fn days(year: u64, month: u64, day: u64) -> Option<u64> {
    let year = year.checked_sub(u64::from(month <= 2))?;
    let (era, year_of_era) = (year / 400, year % 400);
    let from_march = (month + 9) % 12;
    let day_of_year = ((153 * from_march + 2) / 5 + day).checked_sub(1)?;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    (era * 146_097 + day_of_era).checked_sub(719_468)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn writes_known_points_in_time() {
        for (millis, written) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_757_213_149_312, "2025-09-07T02:45:49.312Z"),
            (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
            (u64::MAX, "9999-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(Timestamp(millis).rfc3339(), written);
        }
    }

    #[test]
    fn reads_no_other_form_and_no_date_that_is_none() {
        for text in [
            "",
            "2025-09-07T02:45:49Z",
            "2025-09-07 02:45:49.312Z",
            "2025-09-07T02:45:49.312+00:00",
            "2025-02-30T00:00:00.000Z",
            "2025-00-10T00:00:00.000Z",
            "2025-01-00T00:00:00.000Z",
            "2025-09-07T24:00:00.000Z",
            "1969-12-31T23:59:59.999Z",
            "0000-01-01T00:00:00.000Z",
            "2025-09-07T02:45:49.312Zé",
        ] {
            assert_eq!(Timestamp::from_rfc3339(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_point_in_time_is_read_as_it_was_written(millis in 0..=END) {
            prop_assert_eq!(Timestamp::from_rfc3339(&Timestamp(millis).rfc3339()), Some(Timestamp(millis)));
        }

        #[test]
        fn no_text_makes_reading_fail_in_another_way(text in "\\PC{0,30}|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z") {
            let _ = Timestamp::from_rfc3339(&text);
        }
    }
}
