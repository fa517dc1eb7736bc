//! `cargo xtask admin`: lists the outbox, sends mails again, shows and erases
//! applications, and holds the outbox up for a restore. It reaches D1 through
//! Wrangler, so it needs the rights to deploy; the Worker has no address for it.

mod sql;
mod table;

use anyhow::{Context, bail};

use crate::database::Database;
use crate::options::admin::{AdminOptions, Order, Reference};
use crate::workspace::Workspace;

/// Where the Worker looks whether the outbox is held up (`intake::Pause`).
const PAUSE: &str = "restore/state";

const PAUSED: &str = "\
Nothing leaves from now on. Wait for the next run of the cron, five minutes at most: it notes what has left.
Then restore the database, and run `cargo xtask admin restore`.";

const REPLAYING: &str = "\
The cron marks what has left, erases again whom the database had forgotten, and lets mails leave.
The Worker's log says \"restored\" when that is done.";

pub(crate) fn run(workspace: &Workspace, options: &AdminOptions) -> anyhow::Result<()> {
    let database = Database::of(workspace, &options.place)?;
    match &options.order {
        Order::Outbox { all } => {
            let rows = database.ask(&sql::outbox(*all, database.now()?))?;
            print!("{}", table::outbox(&rows));
        }
        Order::SendAgain { reference, mail } => {
            let rows = database.ask(&sql::send_again(reference, *mail, database.now()?))?;
            if rows.is_empty() {
                bail!(
                    "nothing was changed: no application has the reference {reference}, or its mail is being sent \
                     at this moment. `cargo xtask admin outbox --all` shows what there is"
                );
            }
            println!("{}", table::sent_again(reference, &rows));
        }
        Order::Pause => {
            database.write_record(PAUSE, "paused")?;
            println!("{PAUSED}");
        }
        Order::Restore => {
            database.write_record(PAUSE, "replay")?;
            println!("{REPLAYING}");
        }
        Order::Show { reference } => {
            let application = database.ask(&sql::show(reference))?.into_iter().next();
            let application = application.with_context(|| not_there(reference))?;
            let mails = database.ask(&sql::mails(reference, database.now()?))?;
            print!("{}", table::application(&application, &mails));
        }
        Order::Erase { reference } => {
            let rows = database.ask(&sql::retire(reference, database.now()?))?;
            if rows.is_empty() {
                bail!(not_there(reference));
            }
            database.ask(&sql::delete_mails(reference))?;
            println!("{}", table::erased(reference));
        }
    }
    Ok(())
}

fn not_there(reference: &Reference) -> String {
    format!("no application has the reference {reference}, or it is withdrawn or erased already")
}
