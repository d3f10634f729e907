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
    /// Known not to be there.
    missing: Option<Endpoint>,
}

impl Default for Route {
    fn default() -> Self {
        Self(Mutex::new(Known {
            best: Endpoint::Responses,
            missing: None,
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
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Known {
            best: endpoint,
            missing: Some(endpoint.other()),
        };
    }

    /// `/responses` does not keep to the schema. True when the other one is worth a try.
    pub(super) fn distrust(&self) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let worth_it = known.best == Endpoint::Responses && known.missing != Some(Endpoint::Chat);
        if worth_it {
            known.best = Endpoint::Chat;
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
    fn distrust_ends_where_there_is_no_other() {
        let route = Route::default();
        assert!(route.distrust());
        assert_eq!(route.instead_of(Endpoint::Chat), Some(Endpoint::Responses));
        route.found_instead(Endpoint::Responses);
        assert_eq!(route.best(), Endpoint::Responses);
        assert!(!route.distrust());
    }
}
