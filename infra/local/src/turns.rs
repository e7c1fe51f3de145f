//! Whose file is read next, so that nobody waits for another user's shelf of scans.
//!
//! Users take turns, each with their files in the order in which these came. One user has at most two files in work, and
//! one of the slots takes small files only.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// Files that are read at the same time.
const SLOTS: usize = 3;
/// Of these, files that are not small.
const LARGE: usize = 2;
/// Of these, files of one user.
const OF_ONE: usize = 2;
/// A file of up to so many bytes is small.
pub(crate) const SMALL: u64 = 2 * 1024 * 1024;

/// Whose file, and how large.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wish {
    /// The user's id; all without a sign-in are one.
    pub(crate) user: String,
    /// Whether it may have the slot for small files.
    pub(crate) small: bool,
}

/// Gives slots to those who wait. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Turns(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// Files in work, by user.
    running: HashMap<String, usize>,
    large: usize,
    /// Who waits, the user first whose turn is next.
    waiting: VecDeque<(String, VecDeque<Waiter>)>,
}

#[derive(Debug)]
struct Waiter {
    small: bool,
    turn: oneshot::Sender<Turn>,
}

/// A slot, until it is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    turns: Turns,
    wish: Wish,
}

impl Turns {
    /// Waits for a slot. Dropping the future gives the place in the line up.
    pub(crate) async fn take(&self, wish: Wish) -> Turn {
        let (turn, given) = oneshot::channel();
        let waiter = Waiter { small: wish.small, turn };
        let given = {
            let mut state = self.state();
            match state.waiting.iter_mut().find(|(user, _)| *user == wish.user) {
                Some((_, line)) => line.push_back(waiter),
                None => state.waiting.push_back((wish.user.clone(), VecDeque::from([waiter]))),
            }
            given
        };
        self.give();
        match given.await {
            Ok(turn) => turn,
            // Nobody throws a waiter away whose future lives.
            Err(_) => std::future::pending().await,
        }
    }

    /// Gives the slots that are free to whose turn it is.
    fn give(&self) {
        loop {
            let next = self.state().next();
            let Some((user, Waiter { small, turn })) = next else { return };
            let given = turn.send(Turn { turns: self.clone(), wish: Wish { user, small } });
            // One who does not wait any more gives the slot back at once.
            drop(given);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Takes the next from the lines who may begin, and notes that they do.
    fn next(&mut self) -> Option<(String, Waiter)> {
        for line in &mut self.waiting {
            line.1.retain(|waiter| !waiter.turn.is_closed());
        }
        self.waiting.retain(|(_, line)| !line.is_empty());
        if self.running.values().sum::<usize>() >= SLOTS {
            return None;
        }
        let takes_large = self.large < LARGE;
        let may_begin = |waiter: &Waiter| waiter.small || takes_large;
        let at = self.waiting.iter().position(|(user, line)| {
            self.running.get(user).is_none_or(|running| *running < OF_ONE) && line.iter().any(may_begin)
        })?;
        let (user, mut line) = self.waiting.remove(at)?;
        let waiter = line.iter().position(may_begin).and_then(|at| line.remove(at))?;
        *self.running.entry(user.clone()).or_default() += 1;
        self.large += usize::from(!waiter.small);
        if !line.is_empty() {
            self.waiting.push_back((user.clone(), line));
        }
        Some((user, waiter))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        {
            let mut state = self.turns.state();
            state.large -= usize::from(!self.wish.small);
            if let Some(running) = state.running.get_mut(&self.wish.user) {
                *running -= 1;
                if *running == 0 {
                    state.running.remove(&self.wish.user);
                }
            }
        }
        self.turns.give();
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use futures::FutureExt;

    use super::*;

    fn wish(user: &str, small: bool) -> Wish {
        Wish { user: user.to_owned(), small }
    }

    /// Stands in the line; the turn, where it is given at once.
    fn ask(turns: &Turns, user: &str, small: bool) -> Result<Turn, futures::future::BoxFuture<'static, Turn>> {
        let turns = turns.clone();
        let wish = wish(user, small);
        let mut asked = async move { turns.take(wish).await }.boxed();
        (&mut asked).now_or_never().ok_or(asked)
    }

    #[test]
    fn one_user_has_two_and_leaves_the_third_slot_to_others() {
        let turns = Turns::default();
        let [first, second] = [(); 2].map(|()| ask(&turns, "a", true).ok().unwrap());
        let mut third = ask(&turns, "a", true).unwrap_err();
        let other = ask(&turns, "b", true).ok().unwrap();
        assert!((&mut third).now_or_never().is_none());
        drop(other);
        assert!((&mut third).now_or_never().is_none(), "a free slot is of no use to who has two");
        drop(first);
        assert!(third.now_or_never().is_some());
        drop(second);
        assert!(turns.state().running.is_empty() && turns.state().waiting.is_empty());
    }

    #[test]
    fn a_small_file_passes_large_ones_of_anybody() {
        let turns = Turns::default();
        let _large = ["a", "b"].map(|user| ask(&turns, user, false).ok().unwrap());
        let mut waiting = ask(&turns, "c", false).unwrap_err();
        assert!(ask(&turns, "c", true).is_ok(), "also of the user's own");
        assert!((&mut waiting).now_or_never().is_none());
    }

    #[test]
    fn users_take_turns_whoever_has_more() {
        let turns = Turns::default();
        let running = [("x", false), ("y", false)].map(|(user, small)| ask(&turns, user, small).ok().unwrap());
        let mut lines: Vec<_> =
            ["a", "a", "a", "b"].into_iter().map(|user| (user, ask(&turns, user, false).unwrap_err())).collect();
        let mut order = Vec::new();
        let mut current = Vec::from(running);
        while !lines.is_empty() {
            current.remove(0);
            let at = lines.iter_mut().position(|(_, waiting)| match waiting.now_or_never() {
                Some(turn) => {
                    current.push(turn);
                    true
                }
                None => false,
            });
            order.push(lines.remove(at.unwrap()).0);
        }
        assert_eq!(order, ["a", "b", "a", "a"]);
    }

    #[test]
    fn who_does_not_wait_any_more_holds_nobody_up() {
        let turns = Turns::default();
        let running = [(); 2].map(|()| ask(&turns, "a", false).ok().unwrap());
        drop(ask(&turns, "b", false).unwrap_err());
        let mut next = ask(&turns, "c", false).unwrap_err();
        drop(running);
        assert!((&mut next).now_or_never().is_some());
    }
}
