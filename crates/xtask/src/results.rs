//! How many checks and tests passed and failed.

use std::fmt;

#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Results {
    passed: usize,
    failed: usize,
    /// What went wrong, for the end of a long output.
    failures: Vec<String>,
}

impl Results {
    /// Announces a check, runs it, and counts it as one.
    pub(crate) fn check(&mut self, name: &str, work: impl FnOnce() -> anyhow::Result<()>) -> bool {
        eprintln!("── {name}");
        match work() {
            Ok(()) => {
                self.passed += 1;
                true
            }
            Err(error) => {
                eprintln!("error: {error:#}");
                self.failed += 1;
                self.failures.push(name.to_owned());
                false
            }
        }
    }

    /// Adds what a test runner counted. One that ended badly without a failed test counts as a failure itself.
    pub(crate) fn add(&mut self, name: &str, passed: usize, failed: usize, succeeded: bool) {
        self.passed += passed;
        self.failed += failed;
        if !succeeded && failed == 0 {
            self.failed += 1;
        }
        if !succeeded || failed > 0 {
            self.failures.push(name.to_owned());
        }
    }

    pub(crate) fn failed(&self) -> bool {
        self.failed > 0
    }
}

/// The last line can be read alone.
impl fmt::Display for Results {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for failure in &self.failures {
            writeln!(out, "failed: {failure}")?;
        }
        write!(out, "{} passed, {} failed", self.passed, self.failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runner_that_ends_badly_is_a_failure_though_no_test_failed() {
        let mut results = Results::default();
        results.add("native tests", 12, 0, true);
        results.add("browser tests", 3, 0, false);
        assert!(results.failed());
        assert_eq!(results.to_string(), "failed: browser tests\n15 passed, 1 failed");
    }

    #[test]
    fn a_check_counts_as_one() {
        let mut results = Results::default();
        assert!(results.check("format", || Ok(())));
        assert!(!results.check("lints", || anyhow::bail!("a warning")));
        assert_eq!(results.to_string(), "failed: lints\n1 passed, 1 failed");
    }
}
