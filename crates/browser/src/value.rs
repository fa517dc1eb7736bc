//! Values out of JavaScript's.

use alloc::string::String;

/// `text` in canonical decomposition and lower case, as the browser does it: [`rules::subject::fold`] without its tables.
pub(crate) fn fold(text: &str) -> String {
    let text = js_sys::JsString::from(text);
    text.normalize("NFD").to_lower_case().into()
}

/// The largest whole number that a float holds exactly.
const MAX_SAFE: f64 = 9_007_199_254_740_991.0;

/// Returns the whole part of `value`, where it has one.
#[expect(clippy::cast_possible_truncation, reason = "checked in the same breath")]
pub(crate) fn from_js(value: f64) -> Option<i64> {
    (value.abs() <= MAX_SAFE).then_some(value as i64)
}

/// Returns a count of bytes; what is none counts as zero.
pub(crate) fn size_from_js(value: f64) -> u64 {
    from_js(value).and_then(|value| u64::try_from(value).ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_numbers_come_through() {
        for (value, number) in [
            (0.0, Some(0)),
            (-1.5, Some(-1)),
            (1_754_258_400_000.7, Some(1_754_258_400_000)),
            (f64::NAN, None),
            (f64::INFINITY, None),
            (1e300, None),
        ] {
            assert_eq!(from_js(value), number, "{value}");
        }
        assert_eq!(size_from_js(-3.0), 0);
    }
}
