//! `cargo xtask admin`: lists the outbox and sends mails again. It reaches D1
//! through Wrangler, so it needs the rights to deploy; the Worker has no
//! address for it.

mod sql;
mod table;

use anyhow::bail;

use crate::database::Database;
use crate::options::admin::{AdminOptions, Order};
use crate::workspace::Workspace;

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
    }
    Ok(())
}
