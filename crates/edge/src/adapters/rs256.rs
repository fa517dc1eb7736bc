//! RSASSA-PKCS1-v1_5 with SHA-256, by the platform's `WebCrypto`.

use desk::keys::PublicKey;
use intake::ports::Fault;
use js_sys::{Array, Object, Reflect};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{CryptoKey, SubtleCrypto, WorkerGlobalScope};

const NAME: &str = "RSASSA-PKCS1-v1_5";

/// Returns whether `signature` is one by `key` over `signed`. With a malformed
/// key it is not.
pub(crate) async fn is_signed_by(
    key: &PublicKey,
    signed: &str,
    signature: &[u8],
) -> Result<bool, Fault> {
    let members = [("kty", "RSA"), ("alg", "RS256"), ("n", &key.n), ("e", &key.e)];
    let Ok(key) = import(&members, "verify").await else { return Ok(false) };
    let verdict = subtle()?
        .verify_with_str_and_u8_array_and_u8_array(NAME, &key, signature, signed.as_bytes())
        .map_err(fault)?;
    Ok(JsFuture::from(verdict).await.map_err(fault)?.is_truthy())
}

/// Signs `text` by a private key, given by the members of its JWK.
#[cfg(feature = "dev-sign-in")]
pub(crate) async fn sign(members: &[(&str, &str)], text: &str) -> Result<Vec<u8>, Fault> {
    let key = import(members, "sign").await?;
    let signature =
        subtle()?.sign_with_str_and_u8_array(NAME, &key, text.as_bytes()).map_err(fault)?;
    let signature = JsFuture::from(signature).await.map_err(fault)?;
    Ok(js_sys::Uint8Array::new(&signature).to_vec())
}

async fn import(members: &[(&str, &str)], usage: &str) -> Result<CryptoKey, Fault> {
    let algorithm = object(&[("name", NAME), ("hash", "SHA-256")])?;
    let usages = Array::of1(&usage.into());
    let key = subtle()?
        .import_key_with_object("jwk", &object(members)?, &algorithm, false, &usages)
        .map_err(fault)?;
    JsFuture::from(key).await.map_err(fault)?.dyn_into().map_err(fault)
}

fn object(members: &[(&str, &str)]) -> Result<Object, Fault> {
    let object = Object::new();
    for (name, value) in members {
        Reflect::set(&object, &(*name).into(), &(*value).into()).map_err(fault)?;
    }
    Ok(object)
}

fn subtle() -> Result<SubtleCrypto, Fault> {
    let global: WorkerGlobalScope = js_sys::global().unchecked_into();
    global.crypto().map(|crypto| crypto.subtle()).map_err(fault)
}

fn fault(_error: JsValue) -> Fault {
    Fault::Configuration("the platform does not verify signatures".into())
}
