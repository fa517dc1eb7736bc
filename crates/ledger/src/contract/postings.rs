//! Postings and their versions.

use domain::Posting;
use domain::posting::State;
use intake::ports::{Closing, CurrentVersion, EarlyErasures, NewVersion, PostingVersion, Saved};

use super::{MINUTE, NOON, Outcome, Storage, after, commit, same, some};

const SOURCE: &str = "+++\ntitle = \"L’été, it's\"\n+++\n";

fn version(base: u32) -> NewVersion<'static> {
    NewVersion {
        slug: "officer",
        base,
        state: None,
        source: SOURCE,
        compiled: Some("{\"title\": \"L’été, it's\"}"),
        format: 7,
        closes_at: Some(after(MINUTE)),
        ended_at: None,
        saved_at: after(i64::from(base)),
        saved_by: "staff@example.org",
    }
}

fn stored(of: &NewVersion<'_>, state: State) -> PostingVersion {
    PostingVersion {
        slug: of.slug.into(),
        version: of.base + 1,
        state,
        state_since: NOON,
        source: of.source.into(),
        compiled: of.compiled.map(Into::into),
        format: of.format,
        ended_at: of.ended_at,
        saved_at: of.saved_at,
        saved_by: of.saved_by.into(),
    }
}

pub(super) async fn a_version_is_saved_on_top_of_its_base_only(
    ledger: &impl Storage,
    _posting: &Posting,
) -> Outcome {
    same("no posting", ledger.current("officer").await?, None)?;
    let early = ledger.save(&version(3)).await?;
    same("a base that is not there", early, Saved::Conflict { current: 0 })?;
    same("nothing is listed", ledger.current_versions().await?, Vec::new())?;
    same("the first", ledger.save(&version(0)).await?, Saved::Version(1))?;
    same(
        "a slug again",
        ledger.save(&NewVersion { saved_by: "b", ..version(0) }).await?,
        Saved::Conflict { current: 1 },
    )?;
    same("the second", ledger.save(&version(1)).await?, Saved::Version(2))?;
    let late = NewVersion { source: "other", saved_by: "b", ..version(1) };
    same("an older base", ledger.save(&late).await?, Saved::Conflict { current: 2 })?;
    let (first, second) = (version(0), version(1));
    let [first, second] = [stored(&first, State::Published), stored(&second, State::Published)];
    same("the current one", ledger.current("officer").await?, Some(second.clone()))?;
    same("the first stays", ledger.version("officer", 1).await?, Some(first))?;
    let earlier: Vec<u32> =
        ledger.earlier("officer", 2).await?.iter().map(|one| one.version).collect();
    same("before the second", earlier, vec![1])?;
    same("no other", ledger.version("officer", 3).await?, None)?;
    let slugs = ["officer".to_owned(), "nobody".to_owned()];
    let lean = PostingVersion { source: String::new(), ..second.clone() };
    same("loaded in its format", ledger.load(&slugs, 7).await?, vec![lean])?;
    same("loaded in another", ledger.load(&slugs, 8).await?, vec![second])
}

pub(super) async fn a_long_version_is_written_whole(
    ledger: &impl Storage,
    _posting: &Posting,
) -> Outcome {
    let (source, compiled) = ("é'".repeat(40_000), "ab".repeat(70_000));
    let long = NewVersion { source: &source, compiled: Some(&compiled), ..version(0) };
    same("saved", ledger.save(&long).await?, Saved::Version(1))?;
    same("read", ledger.current("officer").await?, Some(stored(&long, State::Published)))?;
    let draft =
        NewVersion { source: &source, compiled: None, state: Some(State::Draft), ..version(1) };
    same("a draft", ledger.save(&draft).await?, Saved::Version(2))?;
    let stored = some("the draft", ledger.current("officer").await?)?;
    same("has nothing compiled", (stored.source, stored.compiled), (source, None))
}

pub(super) async fn a_version_never_changes(ledger: &impl Storage, _posting: &Posting) -> Outcome {
    ledger.save(&version(0)).await?;
    for other in ["a", "b"] {
        let again = NewVersion { source: other, compiled: None, ..version(0) };
        same("a conflict", ledger.save(&again).await?, Saved::Conflict { current: 1 })?;
    }
    let kept = Some(stored(&version(0), State::Published));
    same("as it was", ledger.version("officer", 1).await?, kept)
}

pub(super) async fn what_people_decide_is_kept_apart_from_versions(
    ledger: &impl Storage,
    _posting: &Posting,
) -> Outcome {
    let no_posting = ledger.set_state("officer", State::Withdrawn, NOON).await?;
    same("no posting", no_posting, false)?;
    ledger.save(&NewVersion { state: Some(State::Draft), ..version(0) }).await?;
    for (state, at) in [(State::Published, 1), (State::Withdrawn, 2), (State::Withdrawn, 3)] {
        same("known", ledger.set_state("officer", state, after(at)).await?, true)?;
    }
    ledger.save(&version(1)).await?;
    let now = some("the posting", ledger.current("officer").await?)?;
    same("stays taken down", (now.version, now.state), (2, State::Withdrawn))?;
    same("since it was", now.state_since, after(2))?;
    let current = CurrentVersion { slug: "officer".into(), version: 2, state: State::Withdrawn };
    same("listed", ledger.current_versions().await?, vec![current])?;
    ledger.save(&NewVersion { state: Some(State::Published), ..version(2) }).await?;
    let now = some("the posting", ledger.current("officer").await?)?;
    same("put back", (now.state, now.state_since), (State::Published, after(2)))
}

pub(super) async fn closings_tell_when_each_version_closes(
    ledger: &impl Storage,
    posting: &Posting,
) -> Outcome {
    ledger.save(&version(0)).await?;
    ledger.save(&NewVersion { closes_at: Some(NOON), ended_at: Some(NOON), ..version(1) }).await?;
    ledger.save(&NewVersion { closes_at: None, ..version(2) }).await?;
    let closing = |version: u32, closes_at| Closing {
        version,
        closes_at,
        saved_at: after(i64::from(version) - 1),
        is_ended: version == 2,
    };
    let later = vec![closing(2, Some(NOON)), closing(3, None)];
    same("from the second on", ledger.closings("officer", 2).await?, later)?;
    let first = ledger.closings("officer", 0).await?;
    same("from the first on", first.first(), Some(&closing(1, Some(after(MINUTE)))))?;
    let received = commit(ledger, &posting.slug, 1).await?;
    same("its version", received.posting_version, Some(2))?;
    same(
        "none has a day",
        ledger.erased_before(&posting.slug, after(MINUTE)).await?,
        EarlyErasures::default(),
    )
}
