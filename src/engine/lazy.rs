// SPDX-License-Identifier: AGPL-3.0-or-later
//! States of automata, found as texts ask for them, in memory of a fixed size.
//!
//! A state is what is under way: the nodes reached, and what assertions need to know of the
//! character before. From a state and the class of the next character follows the next state and
//! the patterns that match up to here. Both are kept; when the memory is full all is forgotten
//! and found anew, so time stays linear and memory bounded whatever the text.

use crate::compile::automaton::{Automaton, Context, Node, NodeId, Skip};

/// A cell with this bit is not simply the next row.
const SPECIAL: u32 = 1;
/// A cell with this bit leads to a state in which nothing is under way.
const IDLE: u32 = 2;
/// Bits of a cell below the row.
const FLAGS: u32 = 2;
/// A transition that has not been asked for.
const UNKNOWN: u32 = SPECIAL;
/// No pattern can match any more.
const DEAD: u32 = 1 << FLAGS | SPECIAL;
/// The first row; the cells of smaller ones are special.
const FIRST_ROW: usize = 2;

/// The states of all automata of a program, for one thread.
///
/// # Cost
/// One table look-up per character once a text's states are known; a state that is not costs a
/// walk over the automaton's nodes. No allocation after [`LazyCache::new`].
#[derive(Debug)]
pub struct LazyCache {
    /// Rows of transitions: the state's index, one cell per class, one for the end of the text.
    /// A cell is a row with two bits below it: [`SPECIAL`] where patterns match on the way there, and [`IDLE`].
    rows: Vec<u32>,
    states: Vec<State>,
    /// The nodes of every state, sorted.
    kernels: Vec<NodeId>,
    /// The patterns of every state that has some.
    matches: Vec<u32>,
    /// Open addressing: state index plus one.
    table: Vec<u32>,
    /// Per automaton, the cell of its first state, and of those in which nothing is under way, by what is before.
    firsts: Vec<[u32; 1 + Skip::SETS]>,
    walk: Walk,
}

#[derive(Clone, Copy, Debug)]
struct State {
    automaton: u32,
    row: u32,
    before: Context,
    kernel: (u32, u32),
    matches: (u32, u32),
}

/// One automaton over one text.
#[derive(Clone, Copy)]
struct Run<'a> {
    automaton: &'a Automaton,
    id: u32,
}

/// Where a search is in its text.
struct Place<'t> {
    text: &'t str,
    at: usize,
    pace: Pace,
}

/// What passing over characters has saved lately.
#[derive(Default)]
struct Pace {
    skips: u32,
    bytes: usize,
}

/// After so many skips it is looked at what they saved, and how many bytes each of them must have.
const SKIPS: u32 = 16;
const SKIP_BYTES: usize = 6;

impl Place<'_> {
    /// Whether skips are long enough to pay, as far as is known.
    #[inline]
    fn pays(&mut self) -> bool {
        self.pace.skips < SKIPS || std::mem::take(&mut self.pace).bytes >= SKIP_BYTES * SKIPS as usize
    }
}

/// A cell that a search has stopped at.
#[derive(Clone, Copy)]
struct Stopped {
    row: usize,
    class: usize,
    cell: u32,
}

impl LazyCache {
    /// Memory for the states of these automata, `bytes` of it or what a few states need.
    pub fn new<'a>(automata: impl Iterator<Item = &'a Automaton>, bytes: usize) -> Self {
        let (mut count, mut stride, mut nodes, mut patterns) = (0, 0, 0, 0);
        for automaton in automata {
            count += 1;
            stride = stride.max(automaton.stride());
            nodes = nodes.max(automaton.nodes.len());
            patterns = patterns.max(automaton.patterns());
        }
        if count == 0 {
            return Self::with_capacity(0, 0, 0, 0, 0, Walk::new(0, 0));
        }
        // Half for rows, a quarter for kernels, the rest for what belongs to states.
        let rows = (bytes / 8).max(FIRST_ROW + 4 * stride);
        let kernels = (bytes / 16).max(4 * nodes);
        let states = (bytes / 256).max(4);
        Self::with_capacity(
            count,
            rows,
            kernels,
            states,
            (states / 2).max(4 * patterns),
            Walk::new(nodes, patterns),
        )
    }

    fn with_capacity(
        automata: usize,
        rows: usize,
        kernels: usize,
        states: usize,
        matches: usize,
        walk: Walk,
    ) -> Self {
        let table = if states == 0 { 0 } else { (states * 2).next_power_of_two() };
        let mut cache = Self {
            rows: Vec::with_capacity(rows),
            states: Vec::with_capacity(states),
            kernels: Vec::with_capacity(kernels),
            matches: Vec::with_capacity(matches),
            table: vec![0; table],
            firsts: vec![[UNKNOWN; 1 + Skip::SETS]; automata],
            walk,
        };
        cache.forget();
        cache
    }

    /// Calls `hit` with every pattern of the automaton that the text matches, some more than once;
    /// `hit` returns false to stop.
    ///
    /// `id` tells the automaton apart from others in this cache.
    pub fn search(
        &mut self,
        automaton: &Automaton,
        id: u32,
        text: &str,
        ascii: bool,
        mut hit: impl FnMut(u32) -> bool,
    ) {
        let run = Run { automaton, id };
        let mut cell = self.first(run, 0, Context::EDGE.only(automaton.needs));
        let mut place = Place { text, at: 0, pace: Pace::default() };
        // An idle state is stopped at only while that saves steps.
        let mut stops = SPECIAL | IDLE;
        loop {
            if cell & stops & IDLE != 0
                && let Some(skip) = &automaton.skip
            {
                cell = self.pass(run, skip, cell, &mut place);
                if !place.pays() {
                    stops = SPECIAL;
                }
            }
            let row = (cell >> FLAGS) as usize;
            let stopped = if ascii {
                self.follow::<true>(automaton, row, stops, &mut place)
            } else {
                self.follow::<false>(automaton, row, stops, &mut place)
            };
            let Some(next) = self.special(run, stopped, &mut hit) else { return };
            if stopped.class == automaton.alphabet.classes() {
                return;
            }
            cell = next;
        }
    }

    /// Passes over what begins nothing, and returns the cell of the state behind it.
    #[inline]
    fn pass(&mut self, run: Run<'_>, skip: &Skip, cell: u32, place: &mut Place<'_>) -> u32 {
        let text = place.text.as_bytes();
        let next = skip.next(text, place.at);
        place.pace.skips += 1;
        place.pace.bytes += next - place.at;
        if next == place.at {
            return cell;
        }
        place.at = next;
        // All that was passed over is ASCII.
        let Some((set, before)) = text.get(next - 1).and_then(|byte| skip.brought(*byte)) else {
            return cell;
        };
        self.first(run, 1 + set, before)
    }

    /// Goes on to a cell that the search stops at, at the latest behind the text.
    #[inline]
    fn follow<const ASCII: bool>(
        &self,
        automaton: &Automaton,
        mut row: usize,
        stops: u32,
        place: &mut Place<'_>,
    ) -> Stopped {
        let rows = self.rows.as_slice();
        let at = |row: usize, class: usize| rows.get(row + 1 + class).copied();
        let rest = place.text.get(place.at..).unwrap_or_default();
        let dead = |row, class| Stopped { row, class, cell: DEAD };
        // Nearly every step ends within these loops: one look-up, one test.
        if ASCII {
            for (count, byte) in rest.bytes().enumerate() {
                let class = automaton.alphabet.ascii(byte);
                let Some(cell) = at(row, class) else { return dead(row, class) };
                if cell & stops != 0 {
                    place.at += count + 1;
                    return Stopped { row, class, cell };
                }
                row = (cell >> FLAGS) as usize;
            }
        } else {
            let mut chars = rest.chars();
            while let Some(c) = chars.next() {
                let class = automaton.alphabet.class(c);
                let Some(cell) = at(row, class) else { return dead(row, class) };
                if cell & stops != 0 {
                    place.at = place.text.len() - chars.as_str().len();
                    return Stopped { row, class, cell };
                }
                row = (cell >> FLAGS) as usize;
            }
        }
        place.at = place.text.len();
        let class = automaton.alphabet.classes();
        Stopped { row, class, cell: at(row, class).unwrap_or(DEAD) }
    }

    /// Finds a transition that is not known yet, and reports what matches on the way; `None` where the search
    /// is over.
    fn special(&mut self, run: Run<'_>, at: Stopped, hit: &mut impl FnMut(u32) -> bool) -> Option<u32> {
        let cell = if at.cell == UNKNOWN { self.find(run, at.row, at.class) } else { at.cell };
        if cell == DEAD {
            return None;
        }
        (cell & SPECIAL == 0 || self.report((cell >> FLAGS) as usize, hit)).then_some(cell)
    }

    /// Reports the patterns of a state; false where the caller wants no more.
    fn report(&self, row: usize, hit: &mut impl FnMut(u32) -> bool) -> bool {
        let state = self.rows.get(row).and_then(|index| self.states.get(*index as usize));
        let range = state.map_or(0..0, |state| state.matches.0 as usize..state.matches.1 as usize);
        self.matches.get(range).unwrap_or_default().iter().all(|pattern| hit(*pattern))
    }

    /// The cell of a state in which nothing is under way: the automaton's first, or the one after so and so a
    /// character.
    #[inline]
    fn first(&mut self, run: Run<'_>, number: usize, before: Context) -> u32 {
        let known = self.firsts.get(run.id as usize).and_then(|firsts| firsts.get(number)).copied();
        known.filter(|cell| *cell != UNKNOWN).unwrap_or_else(|| self.find_first(run, number, before))
    }

    #[cold]
    fn find_first(&mut self, run: Run<'_>, number: usize, before: Context) -> u32 {
        self.walk.next.clear();
        self.walk.found.clear();
        if !self.fits(run) {
            self.forget();
        }
        let cell = self.intern(run, before);
        if let Some(slot) = self.firsts.get_mut(run.id as usize).and_then(|firsts| firsts.get_mut(number)) {
            *slot = cell;
        }
        cell
    }

    /// Finds the transition of a state on a class and keeps it.
    #[cold]
    fn find(&mut self, run: Run<'_>, row: usize, class: usize) -> u32 {
        let Some(state) = self.rows.get(row).and_then(|index| self.states.get(*index as usize)).copied()
        else {
            return DEAD;
        };
        let kernel = self.kernels.get(state.kernel.0 as usize..state.kernel.1 as usize).unwrap_or_default();
        self.walk.advance(run.automaton, kernel, state.before, class);
        let automaton = run.automaton;
        let over = class == automaton.alphabet.classes();
        let idle = self.walk.next.is_empty() && automaton.starts.iter().all(|start| start.anchored);
        if self.walk.found.is_empty() && (over || idle) {
            return self.keep(row, class, DEAD);
        }
        let before = automaton.alphabet.facts(class).only(automaton.needs);
        let before = if over { Context::default() } else { before };
        let forgotten = !self.fits(run);
        if forgotten {
            self.forget();
        }
        let cell = self.intern(run, before);
        // After forgetting, the row is not there any more.
        if forgotten { cell } else { self.keep(row, class, cell) }
    }

    fn keep(&mut self, row: usize, class: usize, cell: u32) -> u32 {
        if let Some(slot) = self.rows.get_mut(row + 1 + class) {
            *slot = cell;
        }
        cell
    }

    /// Whether one more state has room.
    fn fits(&self, run: Run<'_>) -> bool {
        self.rows.len() + run.automaton.stride() <= self.rows.capacity()
            && self.kernels.len() + self.walk.next.len() <= self.kernels.capacity()
            && self.matches.len() + self.walk.found.len() <= self.matches.capacity()
            && self.states.len() < self.states.capacity()
    }

    fn forget(&mut self) {
        self.rows.clear();
        self.rows.resize(FIRST_ROW.min(self.rows.capacity()), UNKNOWN);
        self.states.clear();
        self.kernels.clear();
        self.matches.clear();
        self.table.fill(0);
        self.firsts.fill([UNKNOWN; 1 + Skip::SETS]);
    }

    /// The cell of the state with the nodes and patterns that the walk has found, made if need be;
    /// the caller has seen that it [fits](Self::fits), so the table always has a free slot.
    fn intern(&mut self, run: Run<'_>, before: Context) -> u32 {
        let mask = self.table.len().wrapping_sub(1);
        let mut slot = self.walk.hash(run.id, before) & mask;
        while let Some(index) = self.table.get(slot).copied().filter(|index| *index > 0) {
            if let Some(state) = self.states.get(index as usize - 1)
                && self.is(state, run.id, before)
            {
                return cell(state);
            }
            slot = (slot + 1) & mask;
        }
        let at = |len: usize| u32::try_from(len).unwrap_or(u32::MAX);
        let (row, kernel, matches) = (self.rows.len(), self.kernels.len(), self.matches.len());
        self.kernels.extend_from_slice(&self.walk.next);
        self.matches.extend_from_slice(&self.walk.found);
        let state = State {
            automaton: run.id,
            row: at(row),
            before,
            kernel: (at(kernel), at(self.kernels.len())),
            matches: (at(matches), at(self.matches.len())),
        };
        self.rows.push(at(self.states.len()));
        self.rows.resize(row + run.automaton.stride(), UNKNOWN);
        self.states.push(state);
        if let Some(entry) = self.table.get_mut(slot) {
            *entry = at(self.states.len());
        }
        cell(&state)
    }

    fn is(&self, state: &State, automaton: u32, before: Context) -> bool {
        let part = |list: &[u32], (from, to): (u32, u32), other: &[u32]| {
            list.get(from as usize..to as usize).is_some_and(|part| part == other)
        };
        state.automaton == automaton
            && state.before == before
            && part(&self.kernels, state.kernel, &self.walk.next)
            && part(&self.matches, state.matches, &self.walk.found)
    }
}

const fn cell(state: &State) -> u32 {
    let matches = state.matches.0 != state.matches.1;
    // At the start of the text, patterns begin that begin nowhere else.
    let idle = !matches && state.kernel.0 == state.kernel.1 && !state.before.has(Context::EDGE);
    (state.row << FLAGS) | if idle { IDLE } else { 0 } | if matches { SPECIAL } else { 0 }
}

/// What one step needs: a set of nodes seen, those still to visit, and what was found.
#[derive(Debug)]
struct Walk {
    /// Per node, the step in which it was seen last.
    seen: Vec<u32>,
    step: u32,
    stack: Vec<NodeId>,
    /// The next state's nodes.
    next: Vec<NodeId>,
    /// Patterns that match before the character.
    found: Vec<u32>,
}

impl Walk {
    fn new(nodes: usize, patterns: usize) -> Self {
        Self {
            seen: vec![0; nodes],
            step: 0,
            // A node is pushed at most once from each target, of which there are at most two a node.
            stack: Vec::with_capacity(2 * nodes + patterns),
            next: Vec::with_capacity(nodes),
            found: Vec::with_capacity(patterns),
        }
    }

    /// From nodes and the two sides of a position to the nodes behind the next character, and the
    /// patterns that match before it.
    fn advance(&mut self, automaton: &Automaton, kernel: &[NodeId], before: Context, class: usize) {
        self.step = self.step.wrapping_add(1);
        if self.step == 0 {
            self.seen.fill(0);
            self.step = 1;
        }
        self.next.clear();
        self.found.clear();
        self.stack.clear();
        let after = automaton.alphabet.facts(class);
        // An anchored pattern asks for the edge, so the first state knows that it is there.
        let at_start = before.has(Context::EDGE);
        for start in automaton.starts.iter().filter(|start| at_start || !start.anchored) {
            self.push(start.node);
        }
        for node in kernel {
            self.push(*node);
        }
        while let Some(id) = self.stack.pop() {
            match automaton.nodes.get(id as usize) {
                Some(Node::Take { classes, next })
                    if classes.get(class / 64).is_some_and(|word| word & (1 << (class % 64)) != 0) =>
                {
                    self.next.push(*next);
                }
                Some(Node::Look { look, next }) if Context::holds(*look, before, after) => self.push(*next),
                Some(Node::Split { start, end }) => {
                    for target in automaton.targets.get(*start as usize..*end as usize).unwrap_or_default() {
                        self.push(*target);
                    }
                }
                Some(Node::Match(pattern)) => self.found.push(*pattern),
                Some(Node::Take { .. } | Node::Look { .. }) | None => {}
            }
        }
        self.next.sort_unstable();
        self.next.dedup();
        self.found.sort_unstable();
        self.found.dedup();
    }

    fn push(&mut self, node: NodeId) {
        if let Some(seen) = self.seen.get_mut(node as usize)
            && *seen != self.step
        {
            *seen = self.step;
            self.stack.push(node);
        }
    }

    fn hash(&self, automaton: u32, before: Context) -> usize {
        const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut hash = u64::from(automaton) << 8 | u64::from(before.0);
        for word in self.next.iter().chain(&self.found) {
            hash = (hash ^ u64::from(*word)).wrapping_mul(MULTIPLIER).rotate_left(23);
        }
        usize::try_from(hash >> 16).unwrap_or(0)
    }
}
