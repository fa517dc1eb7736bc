//! When a posting is open.

use serde::{Deserialize, Serialize};

use crate::calendar::{Date, LocalTime, Timestamp};
use crate::issue::{Code, Issue};

/// The time a posting is open: from `opens_at` on, and before `closes_at`.
///
/// Both instants are computed when the posting is compiled, so that no
/// table of time zones is needed to judge an application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// The first instant at which applications are taken.
    pub opens_at: Timestamp,
    /// The first instant at which they no longer are: the end of the
    /// posting's last day, in its zone.
    pub closes_at: Timestamp,
}

/// Where an instant lies from a [`Window`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Before it opens.
    NotYetOpen,
    /// Applications are taken.
    Open,
    /// After it closed.
    Closed,
}

impl Window {
    /// Returns the phase at `now`.
    pub fn phase(&self, now: Timestamp) -> Phase {
        if now < self.opens_at {
            Phase::NotYetOpen
        } else if now < self.closes_at {
            Phase::Open
        } else {
            Phase::Closed
        }
    }

    /// Returns what is wrong with an application that began to arrive at
    /// `received_at`. An upload begun in time is in time, however long it
    /// takes.
    pub fn review(&self, received_at: Timestamp) -> Option<Issue> {
        match self.phase(received_at) {
            Phase::Open => None,
            Phase::NotYetOpen => Some(
                Issue::new(Issue::DEADLINE, Code::NotYetOpen).with("opens_at", self.opens_at.0),
            ),
            Phase::Closed => Some(
                Issue::new(Issue::DEADLINE, Code::DeadlinePassed)
                    .with("closed_at", self.closes_at.0),
            ),
        }
    }
}

/// A time zone, reduced to what a posting needs of it: its name and its
/// offsets over the posting's life.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Zone {
    /// The IANA name, `Europe/Brussels`.
    pub name: String,
    /// From when on which offset holds (minutes east of UTC), in order.
    pub offsets: Vec<(Timestamp, i32)>,
}

impl Zone {
    /// Returns what the clock shows in this zone at `instant`. Before the first
    /// known offset the first one is used; a zone without any is UTC.
    pub fn local(&self, instant: Timestamp) -> LocalTime {
        let offset = self
            .offsets
            .iter()
            .take_while(|(from, _)| *from <= instant)
            .last()
            .or_else(|| self.offsets.first())
            .map_or(0, |(_, minutes)| *minutes);
        instant.at_offset(offset)
    }
}

/// The last day of a posting, where its staff are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    /// The last day on which applications are taken, to its end.
    pub date: Date,
    /// The zone in which that day ends.
    pub zone: Zone,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2025-08-03 in Brussels ends at 22:00 UTC.
    const CLOSES: i64 = 1_754_258_400_000;

    #[test]
    fn the_last_millisecond_is_in_time_and_the_next_is_not() {
        let window = Window { opens_at: Timestamp(0), closes_at: Timestamp(CLOSES) };
        assert_eq!(window.review(Timestamp(CLOSES - 1)), None);
        let late = window.review(Timestamp(CLOSES)).unwrap();
        assert_eq!(late.code, Code::DeadlinePassed);
        let early = window.review(Timestamp(-1)).unwrap();
        assert_eq!(early.code, Code::NotYetOpen);
    }

    #[test]
    fn a_zone_changes_its_offset_when_told() {
        let zone = Zone {
            name: "Europe/Brussels".into(),
            offsets: vec![(Timestamp(0), 60), (Timestamp(1_743_296_400_000), 120)],
        };
        assert_eq!(zone.local(Timestamp(1_743_296_399_999)).hour, 1);
        assert_eq!(zone.local(Timestamp(1_743_296_400_000)).hour, 3);
        assert_eq!(zone.local(Timestamp(-1)).offset_minutes, 60);
    }
}
