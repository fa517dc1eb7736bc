use std::cell::Cell;

/// How much work a file is worth, in bytes read by the lexer. What is dearer costs more.
///
/// Every object read spends from it, so that no arrangement of objects that share bytes, or refer
/// to each other, makes reading take longer than the budget lasts.
pub(super) struct Budget(Cell<usize>);

impl Budget {
    pub(super) fn new(bytes: usize) -> Self {
        Self(Cell::new(bytes))
    }

    /// Takes this much; false when there was less, and nothing is left.
    pub(super) fn spend(&self, bytes: usize) -> bool {
        let left = self.0.get().checked_sub(bytes);
        self.0.set(left.unwrap_or(0));
        left.is_some()
    }

    pub(super) fn is_spent(&self) -> bool {
        self.0.get() == 0
    }
}
