//! `[2/5] npm packages … 14 s`: the first start takes minutes, and silence looks like a hang.

use std::io::Write;
use std::time::Instant;

#[derive(Debug)]
pub(crate) struct Progress {
    total: usize,
    done: usize,
}

impl Progress {
    pub(crate) fn of(total: usize) -> Self {
        Self { total, done: 0 }
    }

    /// Announces a step, runs it, and says how long it took when that was long enough to be felt.
    pub(crate) fn step<T>(
        &mut self,
        name: &str,
        work: impl FnOnce() -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        self.done += 1;
        self.say(&format!("{name} …"));
        let start = Instant::now();
        let result = work()?;
        let seconds = start.elapsed().as_secs();
        if seconds > 0 {
            self.say(&format!("{name}: {seconds} s"));
        }
        Ok(result)
    }

    /// In one write: wrangler shows every write as a line.
    fn say(&self, text: &str) {
        let line = format!("[{}/{}] {text}\n", self.done, self.total);
        // A closed terminal does not stop the command.
        let _ = std::io::stderr().write_all(line.as_bytes());
    }
}
