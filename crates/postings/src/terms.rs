//! Reads the organisation, the place and the terms of the contract.

use domain::posting::{Contract, Organisation, Period, Place, Remote, Salary};

use crate::check;
use crate::section::{At, Section, TOP};

const PERIODS: [(&str, Period); 3] =
    [("year", Period::Year), ("month", Period::Month), ("hour", Period::Hour)];

const REMOTE: [(&str, Remote); 2] = [("partly", Remote::Partly), ("fully", Remote::Fully)];

/// The kinds of contract, and whether they end.
const CONTRACTS: [(&str, bool); 2] = [("fixed_term", true), ("permanent", false)];

/// Who hires.
pub(crate) fn organisation(whole: &mut Section<'_>) -> Option<Organisation> {
    let mut section = whole.section("organisation", "`name`")?;
    let name = check::line(&mut section, "name", "\"Organisation mondiale contre la torture\"");
    let short = check::optional_line(&mut section, "short", "\"OMCT\"");
    let website = check::page(&mut section, "website", "\"https://www.omct.org\"");
    let logo = check::page(&mut section, "logo", "\"https://www.omct.org/logo.png\"");
    section.finish(&TOP);
    Some(Organisation { name: name?.value, short, website, logo })
}

/// Where the work is done.
pub(crate) fn place(whole: &mut Section<'_>) -> Option<Place> {
    let mut section = whole.section("place", "`town` and `country`")?;
    let town = check::line(&mut section, "town", "\"Bruxelles\"");
    let country = check::code(&mut section, "country", 2, "\"BE\"");
    let street = check::optional_line(&mut section, "street", "\"Rue de Stassart 36\"");
    let postcode = check::optional_line(&mut section, "postcode", "\"1050\"");
    let region = check::optional_line(&mut section, "region", "\"Bruxelles-Capitale\"");
    let remote = check::optional_word(&mut section, "remote", &REMOTE);
    section.finish(&TOP);
    Some(Place { town: town?.value, country: country?, street, postcode, region, remote })
}

/// Returns how long the contract lasts.
pub(crate) fn contract(whole: &mut Section<'_>) -> Option<Contract> {
    let mut section = whole.section("contract", "`kind`")?;
    let kind = check::word(&mut section, "kind", &CONTRACTS);
    let contract = match kind {
        Some(At { value: true, .. }) => {
            let months = check::number(&mut section, "months", &(1..=120), "12");
            let renewable = section.optional::<bool>("renewable", "true");
            months.map(|months| Contract::FixedTerm {
                months: months.value,
                is_renewable: renewable.is_some_and(|renewable| renewable.value),
            })
        }
        Some(At { value: false, line }) => {
            if section.ignore(&["months", "renewable"]) {
                let text = "a permanent contract has neither `months` nor `renewable`. Drop them, \
                            or write `kind = \"fixed_term\"`.";
                section.notes.add(line, text);
            }
            Some(Contract::Permanent)
        }
        None => {
            section.ignore(&["months", "renewable"]);
            None
        }
    };
    section.finish(&TOP);
    contract
}

/// Returns the pay, where the posting says it.
pub(crate) fn salary(whole: &mut Section<'_>) -> Option<Salary> {
    let holds = "`minimum`, `maximum`, `currency` and `period`";
    let mut section = whole.optional_section("salary", holds)?;
    let minimum = check::number(&mut section, "minimum", &(1..=u32::MAX), "38400");
    let maximum = check::number(&mut section, "maximum", &(1..=u32::MAX), "41400");
    let currency = check::code(&mut section, "currency", 3, "\"EUR\"");
    let period = check::word(&mut section, "period", &PERIODS);
    if let (Some(minimum), Some(maximum)) = (&minimum, &maximum)
        && minimum.value > maximum.value
    {
        let (least, most) = (minimum.value, maximum.value);
        let text = format!("`minimum`, {least}, is more than `maximum`, {most}. Mend one of them.");
        section.notes.add(minimum.line, text);
    }
    section.finish(&TOP);
    Some(Salary {
        minimum: minimum?.value,
        maximum: maximum?.value,
        currency: currency?,
        period: period?.value,
    })
}
