//! The facts of a posting, in words.

use domain::Posting;
use domain::posting::{Contract, Period, Place, Remote, Salary};
use locales::{Texts, fill, number, plural};

use crate::country::country;
use crate::words::Time;

/// What a candidate weighs before reading on.
pub(crate) struct Facts {
    /// In the posting's language, as the name of its town is.
    pub(crate) place: String,
    /// Street, postcode and town.
    pub(crate) address: Option<String>,
    pub(crate) remote: Option<&'static str>,
    pub(crate) workload: String,
    pub(crate) contract: String,
    pub(crate) salary: Option<String>,
    pub(crate) starts: Option<Time>,
    pub(crate) published: Time,
}

impl Facts {
    pub(crate) fn of(texts: &'static Texts, posting: &Posting) -> Self {
        Self {
            place: place(posting),
            address: address(&posting.place),
            remote: posting.place.remote.map(|remote| match remote {
                Remote::Partly => texts.posting_remote_partly,
                Remote::Fully => texts.posting_remote_fully,
            }),
            workload: workload(texts, posting),
            contract: contract(texts, posting.contract),
            salary: posting.salary.as_ref().map(|pay| salary(texts, posting, pay)),
            starts: posting.starts.map(|day| Time::day(texts, day)),
            published: Time::day(texts, posting.published),
        }
    }
}

fn place(posting: &Posting) -> String {
    let texts = locales::choose(Some(&posting.language), None, &posting.language);
    let country = country(texts, &posting.place.country);
    fill(texts.posting_place_value, &[("town", &posting.place.town), ("country", country)])
}

fn address(place: &Place) -> Option<String> {
    let street = place.street.as_ref()?;
    Some(match &place.postcode {
        Some(postcode) => format!("{street}, {postcode} {}", place.town),
        None => format!("{street}, {}", place.town),
    })
}

fn workload(texts: &'static Texts, posting: &Posting) -> String {
    match posting.workload {
        100 => texts.posting_workload_full.to_owned(),
        part => fill(texts.posting_workload_part, &[("percent", &part.to_string())]),
    }
}

fn contract(texts: &'static Texts, contract: Contract) -> String {
    match contract {
        Contract::Permanent => texts.posting_contract_permanent.to_owned(),
        Contract::FixedTerm { months, is_renewable } => {
            let months = plural(texts, "posting_contract_months", months.into());
            if is_renewable {
                fill(texts.posting_contract_renewable, &[("contract", &months)])
            } else {
                months
            }
        }
    }
}

/// Returns the pay. Postings give that of full time; where the work is less,
/// its own pay comes first.
fn salary(texts: &'static Texts, posting: &Posting, full: &Salary) -> String {
    let part = full.for_workload(posting.workload);
    if part == *full {
        return sum(texts, full);
    }
    let percent = posting.workload.to_string();
    let values =
        [("part", &*sum(texts, &part)), ("percent", &percent), ("full", &sum(texts, full))];
    fill(texts.posting_salary_part, &values)
}

fn sum(texts: &'static Texts, salary: &Salary) -> String {
    let currency = match salary.currency.as_str() {
        "EUR" => texts.posting_salary_euro,
        other => other,
    };
    let (minimum, maximum) =
        (number(texts, salary.minimum.into()), number(texts, salary.maximum.into()));
    let values =
        [("minimum", minimum.as_str()), ("maximum", maximum.as_str()), ("currency", currency)];
    let template =
        if minimum == maximum { texts.posting_salary_sum } else { texts.posting_salary_range };
    let period = match salary.period {
        Period::Hour => texts.posting_salary_hour,
        Period::Month => texts.posting_salary_month,
        Period::Year => texts.posting_salary_year,
    };
    fill(period, &[("sum", &fill(template, &values))])
}
