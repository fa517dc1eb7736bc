//! Walks through the store of documents: each run of the cron looks at a part of
//! it, and the next one goes on from there.

use crate::ports::{DocumentStore, Fault, KeptDocument, Page, Retention};

/// How many documents one run looks at.
const PAGE: u32 = 200;

/// The part that this run looks at.
pub(crate) struct Part {
    task: &'static str,
    after: Option<String>,
    page: Page,
}

impl Part {
    /// Lists the next part of what is stored under `prefix`. `task` is the name
    /// of the walk's cursor.
    pub(crate) async fn next(
        documents: &impl DocumentStore,
        ledger: &impl Retention,
        task: &'static str,
        prefix: &str,
    ) -> Result<Self, Fault> {
        let after = ledger.cursor(task).await?;
        let page = documents.list(prefix, after.as_deref(), PAGE).await?;
        Ok(Self { task, after, page })
    }

    pub(crate) fn documents(&self) -> impl Iterator<Item = &KeptDocument> {
        self.page.documents.iter()
    }

    /// Notes where the next run goes on.
    pub(crate) async fn finish(&self, ledger: &impl Retention) -> Result<(), Fault> {
        let last = self.page.documents.last().filter(|_| self.page.has_more);
        let next = last.map(|last| last.key.as_str());
        if next.is_some() || self.after.is_some() {
            ledger.keep_cursor(self.task, next).await?;
        }
        Ok(())
    }
}
