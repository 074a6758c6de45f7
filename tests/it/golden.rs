// SPDX-License-Identifier: AGPL-3.0-or-later
//! What each stage makes of a rule: `.ast`, `.ir`, `.opt.ir`, `.program` beside `tests/golden/NAME.yaml`.

use decnet_ttp::compile::parse::{PackFiles, ast};
use decnet_ttp::compile::{Options, compile, ir, program};

#[test]
fn every_stage_of_every_golden_rule() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../golden");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let mut seen = 0;
    for entry in std::fs::read_dir("tests/golden").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ext| ext != "yaml") {
            continue;
        }
        seen += 1;
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let mut files = PackFiles::new("tests/golden");
        files.insert(format!("ttp/{name}.yaml"), std::fs::read(&path).unwrap());
        let compiled = compile(&files, &Options::default(), None);
        let diagnostics = decnet_ttp::diag::render::text(&compiled.sources, &compiled.diagnostics, false);
        assert!(compiled.diagnostics.is_empty(), "{diagnostics}");
        settings.bind(|| {
            let ast: String = compiled.ast.rules.iter().map(ast::dump).collect();
            insta::assert_snapshot!(format!("{name}.ast"), ast);
            insta::assert_snapshot!(format!("{name}.ir"), ir::dump(&compiled.lowered));
            insta::assert_snapshot!(format!("{name}.opt.ir"), ir::dump(&compiled.optimized));
            insta::assert_snapshot!(format!("{name}.program"), program::dump(&compiled.program.unwrap()));
        });
    }
    assert!(seen >= 12, "only {seen} golden rules");
}
