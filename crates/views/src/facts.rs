//! The facts of a posting, in words.

use domain::Posting;
use domain::posting::{Contract, Period, Salary};
use locales::{Texts, fill, number, plural};

use crate::country::country;
use crate::words::Time;

/// What a candidate weighs before reading on.
pub(crate) struct Facts {
    pub(crate) place: String,
    pub(crate) workload: String,
    pub(crate) contract: String,
    pub(crate) salary: Option<String>,
    pub(crate) starts: Option<Time>,
    pub(crate) published: Time,
}

impl Facts {
    pub(crate) fn of(texts: &'static Texts, posting: &Posting) -> Self {
        Self {
            place: place(texts, posting),
            workload: workload(texts, posting),
            contract: contract(texts, posting.contract),
            salary: posting.salary.as_ref().map(|pay| salary(texts, posting, pay)),
            starts: posting.starts.map(|day| Time::day(texts, day)),
            published: Time::day(texts, posting.published),
        }
    }
}

fn place(texts: &'static Texts, posting: &Posting) -> String {
    let country = country(texts, &posting.place.country);
    fill(texts.posting_place_value, &[("town", &posting.place.town), ("country", country)])
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

/// Postings give the pay of full time; where the work is less, that has to
/// be said with the sum.
fn salary(texts: &'static Texts, posting: &Posting, salary: &Salary) -> String {
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
    let sum = fill(period, &[("sum", &fill(template, &values))]);
    if posting.workload < 100 {
        fill(texts.posting_salary_full_time, &[("salary", &sum)])
    } else {
        sum
    }
}
