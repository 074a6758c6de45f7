// SPDX-License-Identifier: AGPL-3.0-or-later
//! The rule file that all sides read.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use decnet_ttp::compile::parse::PackFiles;
use decnet_ttp::compile::parse::ast::Match;
use decnet_ttp::compile::{self, Compilation, Options};
use decnet_ttp::diag::render;

/// One rule.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    /// Its id.
    pub(crate) id: Box<str>,
    /// Its regular expression, over the command's text.
    pub(crate) pattern: String,
    /// The file as it stands.
    pub(crate) yaml: String,
}

/// The rules, in order of id.
#[derive(Clone, Debug)]
pub(crate) struct Rules(Vec<Rule>);

impl Rules {
    /// Reads a file of rules in our format, parted by `---` lines.
    ///
    /// # Errors
    /// Where the file cannot be read, has errors, or has rules that are more than a pattern.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let texts: Vec<&str> = text.split("\n---\n").collect();
        let pack = Self::pack(texts.iter().copied());
        let compiled = Self::compile(&pack, &Options::default())?;
        let rules = compiled.ast.rules.iter().zip(texts).map(|(rule, yaml)| match &rule.matches {
            Match::Pattern { pattern, .. } => Ok(Rule {
                id: rule.id.value.as_str().into(),
                pattern: pattern.value.clone(),
                yaml: yaml.to_owned(),
            }),
            _ => bail!("rule {} is more than a pattern", rule.id.value),
        });
        Ok(Self(rules.collect::<Result<_>>()?))
    }

    fn pack<'a>(texts: impl Iterator<Item = &'a str>) -> PackFiles {
        let mut pack = PackFiles::new("");
        for (number, text) in texts.enumerate() {
            pack.insert(format!("ttp/rule-{number:03}.yaml"), text);
        }
        pack
    }

    /// Compiles rules that must have no errors.
    fn compile(pack: &PackFiles, options: &Options) -> Result<Compilation> {
        let compiled = compile::compile(pack, options, None);
        if compiled.diagnostics.has_errors() {
            bail!("{}", render::text(&compiled.sources, &compiled.diagnostics, false));
        }
        Ok(compiled)
    }

    /// Compiles the rules.
    ///
    /// # Errors
    /// Where they have errors under these options.
    pub(crate) fn compiled(&self, options: &Options) -> Result<Compilation> {
        Self::compile(&Self::pack(self.0.iter().map(|rule| rule.yaml.as_str())), options)
    }

    /// The rules.
    pub(crate) fn iter(&self) -> std::slice::Iter<'_, Rule> {
        self.0.iter()
    }

    /// How many there are.
    pub(crate) const fn len(&self) -> usize {
        self.0.len()
    }
}
