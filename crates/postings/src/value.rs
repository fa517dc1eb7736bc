//! Reads TOML values as typed values.

use rules::Date;
use toml::de::DeValue;

use crate::mistake::Flaw;

/// A kind of value.
pub(crate) trait Value: Sized {
    /// As it completes "must be".
    const WHAT: &'static str;
    /// What it is not to be one.
    const FLAW: Flaw = Flaw::Other;
    /// Returns the value, if it is of this kind.
    fn read(value: &DeValue<'_>) -> Option<Self>;
}

impl Value for String {
    const WHAT: &'static str = "text between quotes";
    fn read(value: &DeValue<'_>) -> Option<Self> {
        value.as_str().map(str::to_owned)
    }
}

impl Value for i64 {
    const WHAT: &'static str = "a whole number without quotes";
    const FLAW: Flaw = Flaw::NotANumber;
    fn read(value: &DeValue<'_>) -> Option<Self> {
        let number = value.as_integer()?;
        Self::from_str_radix(number.as_str(), number.radix()).ok()
    }
}

impl Value for bool {
    const WHAT: &'static str = "`true` or `false` without quotes";
    fn read(value: &DeValue<'_>) -> Option<Self> {
        value.as_bool()
    }
}

impl Value for Date {
    const WHAT: &'static str = "a day without quotes (year-month-day)";
    const FLAW: Flaw = Flaw::NotADay;
    fn read(value: &DeValue<'_>) -> Option<Self> {
        let datetime = value.as_datetime()?;
        let date = datetime.date.filter(|_| datetime.time.is_none())?;
        Some(Self { year: date.year.into(), month: date.month, day: date.day })
    }
}

/// A text, or a list of texts.
pub(crate) enum OneOrSeveral {
    One(String),
    Several(Vec<String>),
}

impl Value for OneOrSeveral {
    const WHAT: &'static str = "text between quotes, or a list of such texts";
    fn read(value: &DeValue<'_>) -> Option<Self> {
        let Some(items) = value.as_array() else { return String::read(value).map(Self::One) };
        let texts = items.iter().map(|item| String::read(item.get_ref()));
        texts.collect::<Option<Vec<_>>>().map(Self::Several)
    }
}

/// `value` as it completes "it is".
pub(crate) fn kind_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "`true` or `false`",
        DeValue::Datetime(_) => "a date or a time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a section",
    }
}
