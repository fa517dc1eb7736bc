//! Why a request fails.

/// What went wrong with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// There is nothing at this address, or nothing for this visitor.
    NotFound,
    /// What was at this address is no longer kept, or not for this address.
    Gone,
    /// The visitor is not signed in, or may not do this.
    Forbidden,
    /// A page of another site sent the form.
    CrossSite,
    /// The address does not answer to this method.
    MethodNotAllowed,
    /// More than we read.
    TooLarge {
        /// The most bytes that we read.
        max_bytes: u64,
    },
    /// A form with more fields or files than its posting asks for.
    TooManyParts,
    /// Not a form, or a broken one.
    NotAForm,
    /// The form was sent to another host than this installation's.
    Misdirected,
    /// Too many forms come at once.
    Busy,
    /// We failed.
    Unavailable,
}
