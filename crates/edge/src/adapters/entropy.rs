//! Randomness.

use intake::ports::Fault;
use wasm_bindgen::JsCast as _;
use web_sys::WorkerGlobalScope;

/// 128 random bits from the platform's generator.
pub(crate) fn random_u128() -> Result<u128, Fault> {
    random_bytes().map(u128::from_ne_bytes)
}

/// Random bytes from the platform's generator.
pub(crate) fn random_bytes<const N: usize>() -> Result<[u8; N], Fault> {
    let mut bytes = [0; N];
    js_sys::global()
        .unchecked_into::<WorkerGlobalScope>()
        .crypto()
        .and_then(|crypto| crypto.get_random_values_with_u8_array(&mut bytes))
        .map_err(|_| Fault::Configuration("the platform gives no random numbers".into()))?;
    Ok(bytes)
}
