//! Mails that come in.

use domain::Posting;
use intake::ports::{
    DraftContent, Fate, IncomingMail, MailAnswer, MailKind, MailRef, Notice, Processed, Settlement,
};

use super::{MINUTE, NOON, Outcome, Storage, after, same, some};

fn mail(id: &str) -> IncomingMail {
    IncomingMail {
        id: id.to_owned(),
        received_at: NOON,
        envelope_from: "zoe@example.org".into(),
        envelope_to: "applications@in.example.org".into(),
        bytes: 25_000_000,
    }
}

fn answer(posting: &Posting) -> (MailRef, Notice) {
    let mail = MailRef { id: "answer/identity".into(), kind: MailKind::Answer };
    let notice = Notice::Answer(Box::new(MailAnswer {
        posting: posting.slug.clone(),
        address: "zoe@example.org".into(),
        reply_to: "applications@in.example.org".into(),
        received_at: NOON,
        problems: vec!["« CV »".into()],
        form: None,
        in_reply_to: Some("<a@b>".into()),
    }));
    (mail, notice)
}

fn incomplete(posting: &Posting) -> Processed {
    Processed {
        fate: Fate::Incomplete,
        identity: "identity".into(),
        posting: Some(posting.slug.clone()),
        sender: Some("zoe@example.org".into()),
        problems: "cv document_missing".into(),
        answer: Some("<answer@example.org>".into()),
        draft: Some(DraftContent { name: "Zoë".into(), ..DraftContent::default() }),
        application: None,
        erase_at: after(10 * MINUTE),
        author: "zoe".into(),
        listed: None,
        notices: vec![answer(posting)],
    }
}

pub(super) async fn a_mail_is_processed_by_one_at_a_time_and_once(
    ledger: &impl Storage,
    posting: &Posting,
) -> Outcome {
    for _ in 0..2 {
        ledger.keep(&mail("a")).await?;
    }
    same("waits", ledger.incoming_due(NOON, 10).await?, vec!["a".to_owned()])?;
    let claim = async |minute: i64| {
        let now = after(minute * MINUTE);
        ledger.claim_incoming("a", now, after((minute + 5) * MINUTE)).await
    };
    same("as it came", claim(0).await?, Some(mail("a")))?;
    same("claimed", claim(4).await?, None)?;
    same("not due", ledger.incoming_due(after(4 * MINUTE), 10).await?, Vec::new())?;
    same("its claim has ended", claim(5).await?, Some(mail("a")))?;
    ledger.process("a", &incomplete(posting), NOON).await?;
    let other = Processed { fate: Fate::Forwarded, draft: None, ..incomplete(posting) };
    ledger.process("a", &other, NOON).await?;
    same("the first counts", ledger.draft("a").await?.is_some(), true)?;
    same("one answer", ledger.due_notices(NOON, 10).await?.len(), 1)?;
    same("claimed no more", claim(20).await?, None)
}

pub(super) async fn a_mail_is_known_again(ledger: &impl Storage, posting: &Posting) -> Outcome {
    for id in ["a", "b"] {
        ledger.keep(&mail(id)).await?;
    }
    let is_duplicate = async |id: &str, minute: i64| {
        ledger.is_duplicate("identity", id, after(minute * MINUTE)).await
    };
    same("new", is_duplicate("a", 0).await?, false)?;
    ledger.process("a", &incomplete(posting), NOON).await?;
    same("itself", is_duplicate("a", 0).await?, false)?;
    same("the same again", is_duplicate("b", 0).await?, true)?;
    same("one that came before it", is_duplicate("b", -1).await?, false)?;
    let applied = Processed { fate: Fate::Applied, draft: None, ..incomplete(posting) };
    ledger.process("b", &applied, NOON).await?;
    same("one that came before an application", is_duplicate("c", -1).await?, true)?;
    let ids = ["a".to_owned(), "x".to_owned()];
    same("unknown", ledger.unknown_incoming(&ids).await?, vec!["x".to_owned()])?;
    let answered = async |problems: &str, since: i64| {
        let (sender, slug) = ("zoe@example.org", &posting.slug);
        ledger.is_answered(sender, slug, problems, after(since)).await
    };
    same("answered", answered("cv document_missing", 0).await?, true)?;
    same("not of that", answered("cv document_empty", 0).await?, false)?;
    same("not since", answered("cv document_missing", 1).await?, false)
}

pub(super) async fn mails_of_one_author_are_counted_and_listed(
    ledger: &impl Storage,
    posting: &Posting,
) -> Outcome {
    for (id, minute) in [("a", 0), ("b", 1), ("c", 2)] {
        ledger.keep(&IncomingMail { received_at: after(minute * MINUTE), ..mail(id) }).await?;
        let listed = (id != "a").then(|| ("flood/zoe".to_owned(), format!("Subject {id}")));
        let processed = Processed {
            fate: Fate::Forwarded,
            identity: id.into(),
            listed,
            draft: None,
            notices: Vec::new(),
            ..incomplete(posting)
        };
        ledger.process(id, &processed, NOON).await?;
    }
    let count = async |author: &str, since: i64, limit: u32| {
        ledger.mails_of(author, after(since), after(MINUTE), limit).await
    };
    same("those of the time", count("zoe", -1, 9).await?, 2)?;
    same("up to the limit", count("zoe", -1, 1).await?, 1)?;
    same("not those before", count("zoe", 0, 9).await?, 1)?;
    same("nobody else's", count("eve", -1, 9).await?, 0)?;
    let listed = ledger.flooded("flood/zoe", 9).await?;
    let subjects: Vec<_> = listed.iter().map(|one| one.subject.as_str()).collect();
    same("in order", subjects, vec!["Subject b", "Subject c"])?;
    same("so many", ledger.flooded("flood/zoe", 1).await?.len(), 1)?;
    same("the others go at once", ledger.incoming_to_erase(NOON, 10).await?, vec!["a".to_owned()])?;
    let on_the_day = ledger.incoming_to_erase(after(10 * MINUTE), 10).await?;
    same("these on their day", on_the_day.len(), 3)
}

pub(super) async fn a_draft_is_found_until_its_mail_is_erased(
    ledger: &impl Storage,
    posting: &Posting,
) -> Outcome {
    ledger.keep(&mail("a")).await?;
    ledger.process("a", &incomplete(posting), NOON).await?;
    let answers = ["<x@y>".to_owned(), "<answer@example.org>".to_owned()];
    let draft = some("the draft", ledger.draft_answered_by(&answers).await?)?;
    same("its name", draft.said.name.as_str(), "Zoë")?;
    same("by no answer", ledger.draft_answered_by(&[]).await?, None)?;
    same(
        "by another",
        ledger.draft_answered_by(answers.get(..1).unwrap_or_default()).await?,
        None,
    )?;
    let erasable = async |minute: i64| ledger.incoming_to_erase(after(minute * MINUTE), 10).await;
    same("not while its answer waits", erasable(10).await?, Vec::new())?;
    let claimed = ledger.claim("answer/identity", NOON, after(MINUTE)).await?;
    let (_, claim) = some("the claim", claimed)?;
    ledger
        .settle("answer/identity", claim, &Settlement::Sent { at: NOON, transport_id: None })
        .await?;
    same("not before its day", erasable(9).await?, Vec::new())?;
    same("on its day", erasable(10).await?, vec!["a".to_owned()])?;
    ledger.complete_draft("a", "application").await?;
    same("once it is complete", erasable(0).await?, vec!["a".to_owned()])?;
    ledger.incoming_erased("a").await?;
    same("erased", erasable(10).await?, Vec::new())?;
    same("no draft", ledger.draft("a").await?, None)?;
    ledger.forget_incoming(after(1)).await?;
    same("forgotten", ledger.is_duplicate("identity", "b", NOON).await?, false)
}
