//! The core policy, part of the program.

/// The core as `make core` left it.
pub(crate) struct EmbeddedCore {
    /// The component: what the digest is of.
    pub(crate) component: &'static [u8],
    /// Its machine code, made by the same build of the same crates.
    pub(crate) precompiled: &'static [u8],
}

/// The core, when it was built before this crate.
pub(crate) const CORE: Option<EmbeddedCore> = include!(concat!(env!("OUT_DIR"), "/core.rs"));

/// The core policy is part of this build. False when the crate was compiled before `make core`.
pub const CORE_IS_EMBEDDED: bool = CORE.is_some();
