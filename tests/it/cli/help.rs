// SPDX-License-Identifier: AGPL-3.0-or-later
//! Help, completions, manual pages, wrong usage.

use super::run::{assert_inert, assert_transcripts, run};

/// Every command that does something.
const COMMANDS: [&str; 18] = [
    "tag",
    "check",
    "test",
    "explain",
    "rules list",
    "rules show",
    "attack show",
    "attack groups",
    "attack license",
    "attack pack",
    "attack fetch",
    "attack import",
    "attack migrate",
    "sigma eval",
    "sigma import",
    "phases",
    "completions",
    "man",
];

#[test]
fn every_command_says_what_it_does() {
    let lines: Vec<String> = COMMANDS
        .iter()
        .filter(|command| **command != "tag")
        .map(|command| format!("{command} --help"))
        .collect();
    let runs: Vec<(&str, &str)> = lines.iter().map(|line| ("", line.as_str())).collect();
    assert_transcripts("help", &runs);
}

#[test]
fn every_help_has_an_example_that_names_the_command() {
    for command in COMMANDS.into_iter().chain(["rules", "attack"]) {
        for flag in ["--help", "-h"] {
            let ran = run(&command.split(' ').chain([flag]).collect::<Vec<_>>());
            assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{command}");
            let (_, examples) = ran.stdout.split_once("Examples:").expect(command);
            assert!(examples.contains(&format!("decnet-ttp {command}")), "{command}: {examples}");
            assert!(ran.stdout.lines().all(|line| line.chars().count() <= 110), "{command}");
        }
    }
}

#[test]
fn examples_are_commands_that_parse() {
    for command in COMMANDS {
        let help = run(&command.split(' ').chain(["--help"]).collect::<Vec<_>>()).stdout;
        let (_, examples) = help.split_once("Examples:").expect(command);
        for line in examples.lines().filter_map(|line| line.split("decnet-ttp ").nth(1)) {
            let words = line.split([' ', '|', '>', '<']).take_while(|word| !word.is_empty());
            let words: Vec<&str> = words.collect();
            // With `--help` after them, words are parsed and nothing runs.
            let ran = run(&words.into_iter().chain(["--help"]).collect::<Vec<_>>());
            assert_eq!(ran.code, 0, "{line}: {}", ran.stderr);
        }
    }
}

#[test]
fn without_a_command_help_goes_to_standard_error() {
    let ran = run(&[] as &[&str]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("Usage: decnet-ttp"));
    let version = run(&["--version"]);
    assert_eq!(version.stdout, format!("decnet-ttp {}\n", env!("CARGO_PKG_VERSION")));
    assert_eq!(version.code, 0);
}

#[test]
fn wrong_usage_ends_with_2_and_a_sentence() {
    assert_transcripts(
        "wrong_usage",
        &[
            ("", "bogus"),
            ("", "check --format xml"),
            ("", "check tests/cli/absent"),
            ("", "test tests/cli/good --corpus tests/cli/absent.jsonl"),
            ("", "test tests/cli/good --corpus tests/cli/good/pack.yaml"),
            ("", "rules show demo.shadw --rules tests/cli/good"),
            ("", "rules show R0014 --rules tests/cli/good"),
            ("", "attack show shadow"),
            ("", "attack show T9999"),
            ("", "attack show TA9999"),
            ("", "attack show G9999"),
            ("", "attack groups TA0006"),
            ("", "attack pack tests/cli/good/pack.yaml"),
            ("", "attack pack tests/cli"),
            ("", "man rules shw"),
            ("", "man check more"),
            ("", "completions tcsh"),
        ],
    );
}

#[test]
fn completions_and_manual_pages_know_every_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = run(&["completions", shell]);
        assert_eq!(ran.code, 0);
        for word in ["tag", "explain", "groups", "corpus"] {
            assert!(ran.stdout.contains(word), "{shell}: {word}");
        }
    }
    let main = run(&["man"]);
    assert!(main.stdout.contains(".TH decnet-ttp 1"), "{}", main.stdout);
    for command in COMMANDS.into_iter().chain(["rules", "attack"]) {
        let ran = run(&["man"].into_iter().chain(command.split(' ')).collect::<Vec<_>>());
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{command}");
        assert!(ran.stdout.contains(&format!(".TH decnet-ttp-{} 1", command.replace(' ', "-"))), "{command}");
        assert!(ran.stdout.contains("Examples:"), "{command}");
    }
}

#[test]
fn names_from_the_command_line_are_shown_escaped() {
    for args in [["check", "a\u{1b}[31mb"], ["rules", "x\u{202e}y"]] {
        let ran = run(&args);
        assert_eq!(ran.code, 2, "{args:?}");
        if args[0] == "check" {
            assert_inert(&ran);
            assert!(ran.stderr.contains(r"`a\u{1b}[31mb`"), "{}", ran.stderr);
        }
    }
}
