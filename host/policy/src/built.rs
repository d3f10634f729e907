//! What a compiler leaves behind, made a component.

use crate::component::check_form;
use crate::error::LoadError;
use gansauditor_componentize::componentize;

/// The component of what was built: bytes that are a component stay as they are, and a core module in which the
/// bindings' generator recorded the world is wrapped.
///
/// # Errors
/// When the bytes are neither.
pub fn as_component(built: Vec<u8>) -> Result<Vec<u8>, LoadError> {
    match check_form(&built, usize::MAX) {
        Ok(()) => Ok(built),
        Err(LoadError::CoreModule) => {
            componentize(&built).map_err(|e| LoadError::Module(e.to_string()))
        }
        Err(e) => Err(e),
    }
}
