//! Runs tasks in turn on one thread, in virtual time.
//!
//! A task runs from one [`Scheduler::pause`] to the next. The length of each
//! pause is drawn from the seed, so the seed decides the order of the tasks.

use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// Where a task runs, and so which faults can end it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Worker {
    /// Outside the server: a person, or the platform. A crash of the server does
    /// not end it.
    Outside,
    /// The server, for a person who waits for the answer.
    Request,
    /// The server, for the queue or the cron.
    Background,
}

/// What happens to a task at its next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    Goes,
    /// It ends here.
    Dies,
    /// Every task of the server ends here.
    Crash,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TaskId(u64);

impl std::fmt::Display for TaskId {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "#{:<6}", self.0)
    }
}

pub(crate) type Work = Pin<Box<dyn Future<Output = ()>>>;

#[derive(Default)]
pub(crate) struct Scheduler {
    now: Cell<i64>,
    running: Cell<TaskId>,
    count: Cell<u64>,
    /// The tasks by the time of their next step; the count orders those of one
    /// moment.
    agenda: RefCell<BinaryHeap<Reverse<(i64, u64, TaskId)>>>,
    tasks: RefCell<BTreeMap<TaskId, Task>>,
}

struct Task {
    worker: Worker,
    born_at: i64,
    /// Nothing while it runs.
    work: Option<Work>,
}

impl Scheduler {
    /// Returns the true time, in milliseconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        self.now.get()
    }

    /// The task that is running.
    pub(crate) fn running(&self) -> TaskId {
        self.running.get()
    }

    pub(crate) fn spawn(&self, delay: i64, worker: Worker, work: Work) {
        let id = TaskId(self.next());
        let born_at = self.now() + delay;
        self.tasks.borrow_mut().insert(id, Task { worker, born_at, work: Some(work) });
        self.agenda.borrow_mut().push(Reverse((born_at, self.next(), id)));
    }

    /// Lets the others go on for so many milliseconds.
    pub(crate) fn pause(&self, milliseconds: i64) -> Pause<'_> {
        Pause { scheduler: self, until: self.now() + milliseconds, waits: false }
    }

    /// Goes on until `until`. `turn` says what befalls a task of such an age
    /// at its turn, and `ended` hears of those that end before their end.
    pub(crate) fn run_until(
        &self,
        until: i64,
        turn: impl Fn(Worker, i64) -> Turn,
        ended: impl Fn(TaskId),
    ) {
        while let Some(id) = self.next_before(until) {
            let Some((worker, age)) = self.look_at(id) else { continue };
            match turn(worker, age) {
                Turn::Goes => self.go_on(id),
                Turn::Dies => self.end(&[id], &ended),
                Turn::Crash => self.end(&self.all_of_the_server(), &ended),
            }
        }
        self.now.set(until.max(self.now()));
    }

    /// Ends everything that anybody is at.
    pub(crate) fn end_all(&self) {
        let tasks = std::mem::take(&mut *self.tasks.borrow_mut());
        self.agenda.borrow_mut().clear();
        drop(tasks);
    }

    /// Returns how many turns and tasks there have been.
    pub(crate) fn turns(&self) -> u64 {
        self.count.get()
    }

    fn next(&self) -> u64 {
        self.count.set(self.count.get() + 1);
        self.count.get()
    }

    fn next_before(&self, until: i64) -> Option<TaskId> {
        let mut agenda = self.agenda.borrow_mut();
        agenda.peek().filter(|Reverse((at, ..))| *at <= until)?;
        let Reverse((at, _, id)) = agenda.pop()?;
        self.now.set(at);
        Some(id)
    }

    fn look_at(&self, id: TaskId) -> Option<(Worker, i64)> {
        let tasks = self.tasks.borrow();
        let task = tasks.get(&id)?;
        Some((task.worker, self.now() - task.born_at))
    }

    fn go_on(&self, id: TaskId) {
        let work = self.tasks.borrow_mut().get_mut(&id).and_then(|task| task.work.take());
        let Some(mut work) = work else { return };
        self.running.set(id);
        let poll = work.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        let mut tasks = self.tasks.borrow_mut();
        match (poll, tasks.get_mut(&id)) {
            (Poll::Pending, Some(task)) => task.work = Some(work),
            _ => drop(tasks.remove(&id)),
        }
    }

    fn end(&self, ids: &[TaskId], ended: &impl Fn(TaskId)) {
        for id in ids {
            let task = self.tasks.borrow_mut().remove(id);
            drop(task);
            ended(*id);
        }
    }

    fn all_of_the_server(&self) -> Vec<TaskId> {
        let tasks = self.tasks.borrow();
        let server = tasks.iter().filter(|(_, task)| task.worker != Worker::Outside);
        server.map(|(id, _)| *id).collect()
    }
}

/// See [`Scheduler::pause`].
pub(crate) struct Pause<'a> {
    scheduler: &'a Scheduler,
    until: i64,
    waits: bool,
}

impl Future for Pause<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.waits {
            return Poll::Ready(());
        }
        self.waits = true;
        let entry = (self.until, self.scheduler.next(), self.scheduler.running());
        self.scheduler.agenda.borrow_mut().push(Reverse(entry));
        Poll::Pending
    }
}
