//! Over which endpoint a server is asked.

use std::sync::{Mutex, PoisonError};

/// An endpoint, named as the URL ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Endpoint {
    /// `/responses`: newer, and what OpenAI recommends.
    Responses,
    /// `/chat/completions`: what every compatible server has.
    Chat,
}

impl Endpoint {
    /// For people.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Responses => "/responses",
            Self::Chat => "/chat/completions",
        }
    }

    /// What the base URL's path is lengthened by.
    pub(super) fn segments(self) -> &'static [&'static str] {
        match self {
            Self::Responses => &["responses"],
            Self::Chat => &["chat", "completions"],
        }
    }

    fn other(self) -> Self {
        match self {
            Self::Responses => Self::Chat,
            Self::Chat => Self::Responses,
        }
    }
}

/// What is known of one server. Learnt from its answers, for as long as we run.
#[derive(Debug)]
pub(super) struct Route(Mutex<Known>);

#[derive(Debug, Clone, Copy)]
struct Known {
    /// Where to ask first.
    best: Endpoint,
    /// Known not to be there, or to be of no use.
    missing: Option<Endpoint>,
    /// `best` was changed to out of distrust, and has not answered yet.
    on_trial: bool,
}

impl Known {
    fn only(endpoint: Endpoint) -> Self {
        Self {
            best: endpoint,
            missing: Some(endpoint.other()),
            on_trial: false,
        }
    }
}

impl Default for Route {
    fn default() -> Self {
        Self(Mutex::new(Known {
            best: Endpoint::Responses,
            missing: None,
            on_trial: false,
        }))
    }
}

impl Route {
    /// Where to ask.
    pub(super) fn best(&self) -> Endpoint {
        self.known().best
    }

    /// Where to ask when this one is not there.
    pub(super) fn instead_of(&self, missing: Endpoint) -> Option<Endpoint> {
        let other = missing.other();
        (self.known().missing != Some(other)).then_some(other)
    }

    /// The other one is not there, and this one answered.
    pub(super) fn found_instead(&self, endpoint: Endpoint) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Known::only(endpoint);
    }

    /// Whether this one is only tried because the other one is distrusted.
    pub(super) fn is_on_trial(&self, endpoint: Endpoint) -> bool {
        let known = self.known();
        known.on_trial && known.best == endpoint
    }

    /// It answered, so it is of use.
    pub(super) fn answered(&self, endpoint: Endpoint) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.best == endpoint {
            known.on_trial = false;
        }
    }

    /// It is of no use: back to the distrusted one, for good. Unless it answered somebody else meanwhile.
    pub(super) fn failed_trial(&self, endpoint: Endpoint) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.best == endpoint && known.on_trial {
            *known = Known::only(endpoint.other());
        }
    }

    /// `/responses` does not keep to the schema. True when the other one is worth a try.
    pub(super) fn distrust(&self) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let worth_it = known.best == Endpoint::Responses && known.missing != Some(Endpoint::Chat);
        if worth_it {
            known.best = Endpoint::Chat;
            known.on_trial = true;
        }
        worth_it
    }

    fn known(&self) -> Known {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_begins_with_responses_and_leaves_it_once() {
        let route = Route::default();
        assert_eq!(route.best(), Endpoint::Responses);
        assert!(route.distrust());
        assert_eq!(route.best(), Endpoint::Chat);
        assert!(!route.distrust());
        assert_eq!(route.best(), Endpoint::Chat);
    }

    #[test]
    fn what_is_not_there_is_not_tried_again() {
        let route = Route::default();
        assert_eq!(route.instead_of(Endpoint::Responses), Some(Endpoint::Chat));
        route.found_instead(Endpoint::Chat);
        assert_eq!(route.best(), Endpoint::Chat);
        assert_eq!(route.instead_of(Endpoint::Chat), None);
    }

    #[test]
    fn what_fails_its_trial_is_left_for_good() {
        let route = Route::default();
        assert!(!route.is_on_trial(Endpoint::Responses));
        assert!(route.distrust());
        assert!(route.is_on_trial(Endpoint::Chat));
        route.failed_trial(Endpoint::Chat);
        assert_eq!(route.best(), Endpoint::Responses);
        // One that was asked before the trial was over changes nothing.
        route.answered(Endpoint::Chat);
        assert_eq!(route.best(), Endpoint::Responses);
        assert!(!route.is_on_trial(Endpoint::Responses));
        assert!(!route.distrust());
        assert_eq!(route.instead_of(Endpoint::Responses), None);
    }

    #[test]
    fn what_answered_is_no_longer_on_trial() {
        let route = Route::default();
        assert!(route.distrust());
        route.answered(Endpoint::Responses);
        assert!(route.is_on_trial(Endpoint::Chat));
        route.answered(Endpoint::Chat);
        assert!(!route.is_on_trial(Endpoint::Chat));
        // One that was refused meanwhile changes nothing.
        route.failed_trial(Endpoint::Chat);
        assert_eq!(route.best(), Endpoint::Chat);
    }

    #[test]
    fn distrust_ends_where_there_is_no_other() {
        let route = Route::default();
        assert!(route.distrust());
        assert_eq!(route.instead_of(Endpoint::Chat), Some(Endpoint::Responses));
        route.found_instead(Endpoint::Responses);
        assert_eq!(route.best(), Endpoint::Responses);
        assert!(!route.distrust());
    }
}
