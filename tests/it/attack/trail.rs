// SPDX-License-Identifier: AGPL-3.0-or-later
//! Kill-chain trails: their order, their bounds.

use decnet_ttp::attack::kill_chain::{
    Actor, NAME_BYTES_MAX, Passed, Phase, Sighting, Time, Trail, Trails, tactics,
};
use decnet_ttp::vocab::Limits;
use proptest::prelude::*;

fn trails_of(sightings: &[Sighting<'_>]) -> Vec<Trail> {
    let mut trails = Trails::new(&Limits::default());
    sightings.iter().for_each(|seen| trails.add(*seen).unwrap());
    trails.finish()
}

#[test]
fn at_one_time_the_chains_order_decides() {
    let time = Time::parse("2026-11-24T08:00:00Z");
    let seen = Sighting { identity: Some("i"), time, ..Sighting::default() };
    let all: Vec<Sighting<'_>> = tactics().map(|tactic| Sighting { tactic, ..seen }).collect();
    let [trail] = trails_of(&all).try_into().unwrap();
    assert_eq!(trail.first.unwrap().1, Phase::Reconnaissance);
    assert_eq!(trail.last.unwrap().1, Phase::Impact);
    assert_eq!(trail.phases().map(|(_, tags)| tags).sum::<u64>(), all.len() as u64);
    assert!(trail.phases().map(|(phase, _)| phase).is_sorted());
    assert_eq!(trail.phases().count(), 14, "one for each tactic that stands for a phase");
}

#[test]
fn names_do_not_run_into_each_other() {
    let seen = Sighting { tactic: "TA0002", ..Sighting::default() };
    let pairs = [
        (Some("ab"), None, Some("c")),
        (Some("a"), None, Some("bc")),
        (Some("abc"), None, None),
        (None, Some("abc"), None),
        (Some("1:a"), None, None),
    ];
    let all: Vec<Sighting<'_>> = pairs
        .iter()
        .map(|(identity, attacker, decoy)| Sighting {
            identity: *identity,
            attacker: *attacker,
            decoy: *decoy,
            ..seen
        })
        .collect();
    assert_eq!(trails_of(&all).len(), pairs.len());
    // An empty name is as none: the attacker counts, and the place is not known.
    let empty = Sighting { identity: Some(""), attacker: Some("abc"), decoy: Some(""), ..seen };
    let [trail] = &trails_of(&[empty, Sighting { attacker: Some("abc"), ..seen }])[..] else { panic!() };
    assert_eq!((&trail.actor, &trail.decoy), (&Actor::Attacker("abc".into()), &None));
    let mut trails = Trails::new(&Limits::default());
    assert_eq!(trails.add(Sighting { identity: Some(""), attacker: Some(""), ..seen }), Err(Passed::Nobody));
    // An identity may be several attackers.
    let two = ["x", "y"].map(|name| Sighting { identity: Some("i"), attacker: Some(name), ..seen });
    assert_eq!(trails_of(&two)[0].actor, Actor::Identity("i".into()));
    assert_eq!(trails_of(&two).len(), 1);
}

#[test]
fn past_a_bound_nothing_grows_and_what_is_known_goes_on() {
    let mut trails = Trails::new(&Limits { trails: 2, ..Limits::default() });
    let seen = Sighting { tactic: "TA0002", ..Sighting::default() };
    let mut add = |name: &str| trails.add(Sighting { attacker: Some(name), ..seen });
    assert_eq!((add("a"), add("b"), add("c"), add("a")), (Ok(()), Ok(()), Err(Passed::Full), Ok(())));
    assert_eq!(add(&"x".repeat(NAME_BYTES_MAX)), Err(Passed::Full));
    assert_eq!(add(&"x".repeat(NAME_BYTES_MAX + 1)), Err(Passed::LongName));
    assert_eq!(trails.add(seen), Err(Passed::Nobody));
    let unknown = Sighting { tactic: "ta0002", attacker: Some("a"), ..seen };
    assert_eq!(trails.add(unknown), Err(Passed::UnknownTactic));
    let found: Vec<u64> = trails.finish().iter().map(|trail| trail.phases().map(|it| it.1).sum()).collect();
    assert_eq!(found, [2, 1]);
}

proptest! {
    #[test]
    fn any_order_of_tags_gives_the_same_trails(
        mut steps in prop::collection::vec((0..3_usize, 0..3_usize, 0..19_usize, prop::option::of(0..5_u8)), 0..40),
        turn in any::<prop::sample::Index>(),
    ) {
        let (names, tactics) = (["a", "b", "c"], tactics().collect::<Vec<_>>());
        let trails = |steps: &[(usize, usize, usize, Option<u8>)]| {
            let sightings: Vec<Sighting<'_>> = steps
                .iter()
                .map(|(who, decoy, tactic, hour)| Sighting {
                    identity: Some(names[*who]),
                    decoy: Some(names[*decoy]),
                    tactic: tactics[*tactic],
                    time: hour.and_then(|hour| Time::parse(&format!("2026-11-24T0{hour}:00:00Z"))),
                    ..Sighting::default()
                })
                .collect();
            trails_of(&sightings)
        };
        let before = trails(&steps);
        let at = if steps.is_empty() { 0 } else { turn.index(steps.len()) };
        steps.rotate_left(at);
        steps.reverse();
        prop_assert_eq!(before, trails(&steps));
    }
}
