//! Forms whose documents come in parts: `documents` is a list of what is to
//! come instead of files.

use domain::Posting;
use intake::ports::Fault;
use intake::{Announced, Announcement, Submission, Verdict, announce, submit_announced};
use worker::Response;

use super::Sender;
use super::refusal::come_back;
use crate::adapters::UploadedFile;
use crate::app::AppContext;
use crate::routes::{RequestContext, parts};
use crate::semaphore;

/// What becomes of such a form.
pub(super) enum Taken {
    Judged(Verdict),
    Answered(worker::Result<Response>),
}

/// Takes it in where everything has arrived; otherwise tells what has not.
pub(super) async fn take_in(
    context: &RequestContext,
    app: &AppContext,
    from: &Sender<'_>,
    posting: &Posting,
    announcement: &Announcement,
    submission: Submission<UploadedFile>,
) -> Result<Taken, Fault> {
    let AppContext { documents, ledger, queue, .. } = app;
    match announce(documents, ledger, queue, posting, announcement, &submission).await? {
        Announced::Answered(verdict) => Ok(Taken::Judged(*verdict)),
        Announced::Awaited(awaited) => {
            Ok(Taken::Answered(parts::still_to_come(context, posting, &awaited)))
        }
        Announced::Complete => {
            let (bytes, Sender { env, network }) = (announcement.bytes(), from);
            let Some(_permit) = semaphore::acquire(bytes, *network, parts::PUT_TOGETHER_MS).await
            else {
                return Ok(Taken::Answered(come_back(context, env, posting, "crowded")));
            };
            submit_announced(documents, ledger, queue, posting, announcement, submission)
                .await
                .map(Taken::Judged)
        }
    }
}
