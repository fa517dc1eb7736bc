//! How an archive is divided: one invocation may fetch only so many documents.

/// Returns how many applications a part has, where each has so many
/// `documents` at most: whole pages of the list, or an equal share of one, so
/// that no part begins in the middle of another.
pub fn applications(documents: usize, most: u32, page: u32) -> u32 {
    let documents = u32::try_from(documents).unwrap_or(most).clamp(1, most.max(1));
    let fitting = most.checked_div(documents).unwrap_or(1).max(1);
    match fitting.checked_div(page) {
        Some(pages @ 1..) => pages.saturating_mul(page),
        _ => (1..=fitting).rev().find(|size| page.is_multiple_of(*size)).unwrap_or(1),
    }
}

/// Returns what of the list the part `part`, from 1, of `size` applications
/// has: pages, where it begins in each, and how many it takes.
pub fn stretches(part: u32, size: u32, page: u32) -> Vec<(u32, usize, usize)> {
    let first = part.saturating_sub(1).saturating_mul(size);
    let (number, begins) =
        (first.checked_div(page).unwrap_or(0), first.checked_rem(page).unwrap_or(0));
    let pages = size.div_ceil(page.max(1));
    let count = size.min(page);
    let numbers = number..number.saturating_add(pages);
    numbers.map(|number| (number, whole(begins), whole(count))).collect()
}

fn whole(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_never_has_more_documents_than_may_be_fetched() {
        for (documents, expected) in [
            (0, 800),
            (1, 800),
            (2, 400),
            (3, 200),
            (4, 200),
            (5, 100),
            (8, 100),
            (9, 50),
            (20, 40),
            (500, 1),
            (usize::MAX, 1),
        ] {
            let size = applications(documents, 800, 200);
            assert_eq!(size, expected, "{documents} documents");
            assert!(u64::from(size) * documents.min(800) as u64 <= 800, "{documents} documents");
        }
    }

    #[test]
    fn parts_have_each_application_once() {
        for size in [1, 40, 100, 200, 400, 800] {
            let mut seen = Vec::new();
            for part in 1..=1_600_u32.div_ceil(size) {
                for (page, begins, count) in stretches(part, size, 200) {
                    let first = page as usize * 200 + begins;
                    seen.extend(first..first + count);
                }
            }
            assert_eq!(seen, (0..1_600).collect::<Vec<usize>>(), "{size} in a part");
        }
    }
}
