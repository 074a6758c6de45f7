// SPDX-License-Identifier: AGPL-3.0-or-later
//! Shell commands, seen through how they are written.
//!
//! A line as typed is easy to write in another way: `w"g"et`, `$'\x77get'`, `cd /etc; cat shadow`,
//! `echo d2dldA== | base64 -d | sh`. [`views`] gives the line as it is and, only where something in it
//! hides, the lines that a shell would make of it, each with its [`Facts`]. It knows no rule: a view says
//! what a line does, not what that means.
//!
//! Each layer is a rewriting of a line into a line; the facts of every view come from one reader of plain
//! shell text:
//!
//! | layer | what it sees through | where |
//! | --- | --- | --- |
//! | raw | whole-word quotes, wrappers (`sudo`, `nohup`), folders before a program, scripts in a line | `facts` |
//! | lexical | quotes and escapes inside words, `${IFS}`, brace lists, line editing, longer ways to say a path | `resolve`, `braces`, `edit` |
//! | state | variables, arrays, functions, the working directory, patterns that fit few files | `env`, `params`, `builtins`, `files` |
//! | computed | what the line prints for a shell to run, or puts into its own words | `compute`, `emulate` |
//!
//! The raw facts of a line of plain words are read in one pass (`plain`); every other text is split into
//! tokens (`lex`) and commands (`commands`) first.
//!
//! A command is what a shell would run: comments, quoted data, here-documents and the operands of other
//! commands are none. Case is never folded, and Unicode never normalised.

mod braces;
mod builtins;
mod class;
mod code;
mod commands;
mod compute;
mod edit;
mod emulate;
mod env;
mod escapes;
mod facts;
mod field;
mod files;
mod glob;
mod lex;
mod net;
mod params;
mod paths;
mod plain;
mod resolve;
mod rewrite;
mod scripts;
mod skip;
mod tools;
mod view;
mod word;

pub use view::{Facts, Layers, Via, View, views};
