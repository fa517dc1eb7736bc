//! The statements for what staff read at the desk, for notes and events.

use domain::{Application, Reference, folded};
use intake::ports::{
    Actor, Concerned, Dossier, Dossiers, Event, Fault, ListedPage, Listing, Note, PAGE,
    PostingCounts, Sort,
};

use crate::database::{Database, Query, SqlLedger, Value, json};
use crate::lacking::refused_by;
use crate::rows::{CountRow, CountsRow, DossierRow, EventRow, NeighboursRow, NoteRow, UnfoldedRow};

/// What a list shows of an application.
macro_rules! dossiers {
    ($($rest:expr),*) => {
        concat!(
            "SELECT applications.*, staff.sent_at AS forwarded_at, \
                staff.refused_because IS NOT NULL AS not_forwarded, \
                acknowledgement.sent_at AS acknowledged_at, \
                acknowledgement.refused_because IS NOT NULL AS not_acknowledged, ",
            refused_by!(),
            ", (SELECT json_group_array(json_array(other.reference, other.posting)) \
                    FROM applications AS other \
                    WHERE lower(json_extract(other.application, '$.email')) \
                        = lower(json_extract(applications.application, '$.email')) \
                        AND other.id != applications.id \
                        AND other.id NOT IN (SELECT id FROM retired)) AS also_applied \
            FROM applications \
            LEFT JOIN mails AS staff ON staff.application = applications.id \
                AND staff.kind = 'staff' AND staff.revision = applications.revision \
            LEFT JOIN mails AS acknowledgement \
                ON acknowledgement.application = applications.id \
                AND acknowledgement.kind = 'acknowledgement' \
                AND acknowledgement.revision = applications.revision WHERE ",
            $($rest),*
        )
    };
}

/// Of the posting `?1`; with each word of `?2`, a JSON array, or the number
/// `?3`; at the stage `?4`; not forwarded where `?5` is 1.
macro_rules! wanted {
    () => {
        "applications.posting = ?1 AND applications.id NOT IN (SELECT id FROM retired) \
            AND (applications.number = ?3 OR NOT EXISTS (SELECT 1 FROM json_each(?2) \
                WHERE instr(applications.folded, value) = 0)) \
            AND (?4 IS NULL OR applications.stage = ?4) \
            AND (?5 = 0 OR NOT EXISTS (SELECT 1 FROM mails AS sent \
                WHERE sent.application = applications.id AND sent.kind = 'staff' \
                    AND sent.revision = applications.revision AND sent.sent_at IS NOT NULL))"
    };
}

macro_rules! page {
    ($name:literal, $order:literal) => {
        Query::new($name, dossiers!(wanted!(), " ORDER BY ", $order, " LIMIT ?6 OFFSET ?7"))
    };
}

/// The queries of a list by its order.
fn page_query(sort: Sort, descending: bool) -> Query {
    match (sort, descending) {
        (Sort::Number, false) => page!("list by number", "applications.number"),
        (Sort::Number, true) => page!("list by number backwards", "applications.number DESC"),
        (Sort::Name, false) => page!("list by folded", "applications.folded, applications.number"),
        (Sort::Name, true) => {
            page!("list by folded backwards", "applications.folded DESC, applications.number DESC")
        }
        (Sort::Stage, false) => page!("list by stage", "applications.stage, applications.number"),
        (Sort::Stage, true) => {
            page!("list by stage backwards", "applications.stage DESC, applications.number DESC")
        }
    }
}

const COUNT_WANTED: Query = Query::new(
    "count wanted",
    concat!("SELECT count(*) AS count FROM applications WHERE ", wanted!()),
);

const SELECT_UNFOLDED: Query = Query::new(
    "select unfolded",
    "SELECT id, json_extract(application, '$.name') AS name, \
        json_extract(application, '$.email') AS email, reference \
    FROM applications WHERE posting = ?1 AND folded IS NULL LIMIT ?2",
);

/// `?1` is a JSON object of folded texts by id.
const FOLD: Query = Query::new(
    "fold",
    "UPDATE applications SET folded = given.value FROM json_each(?1) AS given \
    WHERE applications.id = given.key",
);

const SELECT_DOSSIER: Query = Query::new(
    "select dossier",
    dossiers!("applications.reference = ?1 AND applications.id NOT IN (SELECT id FROM retired)"),
);

const SELECT_NEIGHBOURS: Query = Query::new(
    "select neighbours",
    "SELECT (SELECT reference FROM applications WHERE posting = ?1 AND number < ?2 \
            AND id NOT IN (SELECT id FROM retired) ORDER BY number DESC LIMIT 1) AS before, \
        (SELECT reference FROM applications WHERE posting = ?1 AND number > ?2 \
            AND id NOT IN (SELECT id FROM retired) ORDER BY number LIMIT 1) AS after",
);

/// Of the posting `?1`, or of each. Triggers keep the counts.
const SELECT_COUNTS: Query = Query::new(
    "select counts",
    "SELECT posting AS slug, erased, withdrawn, kept AS applications, \
        kept - answered AS unanswered, \
        (SELECT count(DISTINCT application) FROM mails WHERE mails.posting = tallies.posting \
            AND kind = 'staff' AND sent_at IS NULL) AS not_forwarded \
    FROM tallies WHERE ?1 IS NULL OR posting = ?1 ORDER BY posting",
);

/// Where it is not noted already.
const INSERT_ANSWER_EVENT: Query = Query::new(
    "insert answer event",
    "INSERT INTO events (id, posting, application, what, who, at) \
    SELECT ?2, posting, id, ?3, ?4, ?5 FROM applications \
    WHERE id = ?1 AND answered_elsewhere != ?6 AND id NOT IN (SELECT id FROM retired) \
    ON CONFLICT DO NOTHING",
);

const SET_ANSWERED_ELSEWHERE: Query = Query::new(
    "set answered elsewhere",
    "UPDATE applications SET answered_elsewhere = ?2 \
    WHERE id = ?1 AND answered_elsewhere != ?2 AND id NOT IN (SELECT id FROM retired)",
);

const SELECT_NOTES: Query = Query::new(
    "select notes",
    "SELECT application, note, written_at, written_by FROM notes \
    WHERE application IN (SELECT value FROM json_each(?1)) ORDER BY written_at, id",
);

const INSERT_NOTE: Query = Query::new(
    "insert note",
    "INSERT INTO notes (id, application, note, written_at, written_by) \
    SELECT ?2, id, ?3, ?4, ?5 FROM applications \
    WHERE id = ?1 AND id NOT IN (SELECT id FROM retired) ON CONFLICT DO NOTHING",
);

const SELECT_EVENTS: Query = Query::new(
    "select events",
    "SELECT application, what, who, at, detail FROM events \
    WHERE application IN (SELECT value FROM json_each(?1)) ORDER BY at, id",
);

const SELECT_POSTING_EVENTS: Query = Query::new(
    "select posting events",
    "SELECT posting AS application, what, who, at, detail FROM events WHERE posting = ?1 AND application IS NULL \
    ORDER BY at, id LIMIT 500",
);

/// Nothing is written where the application has gone meanwhile.
const INSERT_EVENT: Query = Query::new(
    "insert event",
    "INSERT INTO events (id, posting, application, what, who, at, detail) \
    SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 \
    WHERE ?3 IS NULL OR EXISTS (SELECT 1 FROM applications WHERE id = ?3) ON CONFLICT DO NOTHING",
);

/// How many applications are folded at once.
const FOLD_AT_ONCE: u32 = 500;

impl<D: Database> Dossiers for SqlLedger<D> {
    async fn list(&self, slug: &str, listing: &Listing) -> Result<ListedPage, Fault> {
        let searched = folded(&listing.search);
        if !searched.is_empty() || listing.sort == Sort::Name {
            self.fold(slug).await?;
        }
        let words: Vec<&str> = searched.split(' ').filter(|word| !word.is_empty()).collect();
        let number: Option<u32> = searched.parse().ok();
        let wanted = [
            slug.into(),
            json(&words, "the words of a search")?,
            number.into(),
            listing.stage.map(domain::Stage::as_str).into(),
            listing.not_forwarded.into(),
        ];
        let [slug, words, number, stage, not_forwarded] = wanted.clone();
        let offset = listing.page.saturating_mul(PAGE);
        let values = [slug, words, number, stage, not_forwarded, PAGE.into(), offset.into()];
        let query = page_query(listing.sort, listing.descending);
        let rows: Vec<DossierRow> = self.0.run(query.bind(values)).await?;
        let dossiers = rows.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?;
        let total: Option<CountRow> = self.first(COUNT_WANTED.bind(wanted)).await?;
        Ok(ListedPage { dossiers, total: total.map_or(0, |row| row.count) })
    }

    async fn find_dossier(&self, reference: &Reference) -> Result<Option<Dossier>, Fault> {
        let row: Option<DossierRow> =
            self.first(SELECT_DOSSIER.bind([reference.as_str().into()])).await?;
        row.map(TryInto::try_into).transpose()
    }

    async fn neighbours(
        &self,
        slug: &str,
        number: u32,
    ) -> Result<(Option<Reference>, Option<Reference>), Fault> {
        let values = [slug.into(), number.into()];
        let row: Option<NeighboursRow> = self.first(SELECT_NEIGHBOURS.bind(values)).await?;
        Ok(row.map_or((None, None), |row| (row.before, row.after)))
    }

    async fn counts(&self, posting: Option<&str>) -> Result<Vec<PostingCounts>, Fault> {
        let rows: Vec<CountsRow> = self.0.run(SELECT_COUNTS.bind([posting.into()])).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    async fn notes(&self, applications: &[&str]) -> Result<Vec<(String, Note)>, Fault> {
        let ids = json(&applications, "a list of ids")?;
        let rows: Vec<NoteRow> = self.0.run(SELECT_NOTES.bind([ids])).await?;
        Ok(rows.into_iter().map(|row| (row.application.clone(), row.into())).collect())
    }

    async fn add_note(
        &self,
        application: &Application,
        id: &str,
        note: &str,
        by: Actor<'_>,
    ) -> Result<(), Fault> {
        let (of, who, at) = (Value::from(&application.id), Value::from(by.email), by.at);
        let noted = INSERT_NOTE.bind([of.clone(), id.into(), note.into(), at.into(), who.clone()]);
        let event = format!("note/{id}");
        let posting = Value::from(&application.posting);
        let what = domain::Deed::NoteWritten.as_str().into();
        let values = [event.into(), posting, of, what, who, at.into(), Value::Null];
        self.execute_all(vec![noted, INSERT_EVENT.bind(values)]).await
    }

    async fn note_answered_elsewhere(
        &self,
        application: &Application,
        is_answered: bool,
        id: &str,
        by: Actor<'_>,
    ) -> Result<(), Fault> {
        let of = Value::from(&application.id);
        let what = if is_answered {
            domain::Deed::AnsweredElsewhere
        } else {
            domain::Deed::AnswerTakenBack
        };
        let (what, who, at) = (what.as_str().into(), by.email.into(), by.at.into());
        let event = [of.clone(), id.into(), what, who, at, is_answered.into()];
        let set = SET_ANSWERED_ELSEWHERE.bind([of, is_answered.into()]);
        self.execute_all(vec![INSERT_ANSWER_EVENT.bind(event), set]).await
    }

    async fn events(&self, applications: &[&str]) -> Result<Vec<(String, Event)>, Fault> {
        let ids = json(&applications, "a list of ids")?;
        Ok(known(self.0.run(SELECT_EVENTS.bind([ids])).await?))
    }

    async fn posting_events(&self, slug: &str) -> Result<Vec<Event>, Fault> {
        let rows = self.0.run(SELECT_POSTING_EVENTS.bind([slug.into()])).await?;
        Ok(known(rows).into_iter().map(|(_, event)| event).collect())
    }

    async fn add_event(
        &self,
        concerned: Concerned<'_>,
        id: &str,
        event: &Event,
    ) -> Result<(), Fault> {
        let (posting, application) = match concerned {
            Concerned::Posting(slug) => (slug.into(), Value::Null),
            Concerned::Application(one) => ((&one.posting).into(), (&one.id).into()),
        };
        let (what, who) = (event.what.as_str().into(), event.who.as_ref().into());
        let detail = event.detail.as_ref().into();
        let values = [id.into(), posting, application, what, who, event.at.into(), detail];
        self.execute(INSERT_EVENT.bind(values)).await
    }
}

impl<D: Database> SqlLedger<D> {
    /// Fills in what a search compares, where that has not been done since the
    /// application came or was corrected.
    async fn fold(&self, slug: &str) -> Result<(), Fault> {
        loop {
            let values = [slug.into(), FOLD_AT_ONCE.into()];
            let rows: Vec<UnfoldedRow> = self.0.run(SELECT_UNFOLDED.bind(values)).await?;
            if rows.is_empty() {
                return Ok(());
            }
            let texts = rows.iter().map(|row| (row.id.clone(), row.folded().into()));
            let texts = serde_json::Value::Object(texts.collect());
            self.execute(FOLD.bind([texts.to_string().into()])).await?;
        }
    }
}

/// Events that a newer build has written are left out.
fn known(rows: Vec<EventRow>) -> Vec<(String, Event)> {
    rows.into_iter().filter_map(|row| Some((row.application.clone(), row.known()?))).collect()
}
