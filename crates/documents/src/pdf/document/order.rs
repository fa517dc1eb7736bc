//! Puts numbered things in order.

use crate::pdf::xref::Place;

/// Returns the places by number, the first of two for one number.
pub(super) fn sorted(mut places: Vec<(u32, Place)>) -> Vec<(u32, Place)> {
    if !places.is_sorted_by(|(one, _), (next, _)| one < next) {
        places = ordered(places, (0, Place::Free));
        places.dedup_by_key(|(number, _)| *number);
    }
    places
}

/// Sorts pairs by their numbers, digit by digit: it takes linear time, and less code than comparing
/// does. Pairs of one number keep their order.
pub(in crate::pdf) fn ordered<T: Copy>(
    mut places: Vec<(u32, T)>,
    nothing: (u32, T),
) -> Vec<(u32, T)> {
    let largest = places.iter().map(|(number, _)| *number).max().unwrap_or(0);
    for shift in [0, 8, 16, 24].into_iter().take_while(|shift| largest >> shift > 0) {
        let digit = |(number, _): &(u32, T)| (number >> shift) as usize & 0xFF;
        let mut starts = [0_usize; 0x101];
        for place in &places {
            if let Some(count) = starts.get_mut(digit(place) + 1) {
                *count += 1;
            }
        }
        let mut before = 0;
        for start in &mut starts {
            before += *start;
            *start = before;
        }
        let mut next = vec![nothing; places.len()];
        for place in &places {
            if let Some(start) = starts.get_mut(digit(place))
                && let Some(slot) = next.get_mut(*start)
            {
                *slot = *place;
                *start += 1;
            }
        }
        places = next;
    }
    places
}
