//! Randomness.

use intake::ports::Fault;
use wasm_bindgen::JsCast as _;
use web_sys::WorkerGlobalScope;

/// 128 random bits from the platform's generator.
pub(crate) fn random_u128() -> Result<u128, Fault> {
    let mut bytes = [0; 16];
    js_sys::global()
        .unchecked_into::<WorkerGlobalScope>()
        .crypto()
        .and_then(|crypto| crypto.get_random_values_with_u8_array(&mut bytes))
        .map_err(|_| Fault::Configuration("the platform gives no random numbers".into()))?;
    Ok(u128::from_ne_bytes(bytes))
}
