//! Undoes what hides a target from the eye: percent-encoding, capitals, blanks, backslashes.

/// Makes it lower case, with `/` for `\`, without the blanks and controls that readers of URLs skip.
pub(super) fn simplify(text: &mut Vec<u8>) {
    text.retain(|byte| !byte.is_ascii_control());
    for byte in &mut *text {
        *byte = if *byte == b'\\' { b'/' } else { byte.to_ascii_lowercase() };
    }
    let is_around = |byte: &u8| b" \"'".contains(byte);
    let before = text.iter().take_while(|byte| is_around(byte)).count();
    let behind = text.iter().rposition(|byte| *byte != b' ').map_or(0, |last| last + 1);
    text.truncate(behind);
    text.drain(..before.min(behind));
}

/// Decodes each escape once, in its place. Returns whether there was one.
pub(crate) fn percent_decode(text: &mut Vec<u8>) -> bool {
    if !text.contains(&b'%') {
        return false;
    }
    let (mut read, mut written) = (0, 0);
    while let Some(rest) = text.get(read..)
        && let [first, after @ ..] = rest
    {
        let decoded = match (first, after) {
            (b'%', [high, low, ..]) => byte(*high, *low),
            _ => None,
        };
        read += if decoded.is_some() { 3 } else { 1 };
        let byte = decoded.unwrap_or(*first);
        if let Some(place) = text.get_mut(written) {
            *place = byte;
        }
        written += 1;
    }
    text.truncate(written);
    written < read
}

fn byte(high: u8, low: u8) -> Option<u8> {
    let digit = |c: u8| char::from(c).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}
