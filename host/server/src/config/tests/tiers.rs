//! The tiers of the bar and the hard stop behind them.

use super::{read, remarks};

#[test]
fn misordered_tiers_are_put_in_order_and_remarked_on() {
    let config = read(&[
        ("SYNC_AUDIT_TIER1_SCORE", "85"),
        ("SYNC_AUDIT_TIER3_SCORE", "95"),
        ("SYNC_AUDIT_TIER2_LOOPS", "5"),
    ]);
    let tiers = config.audit.criteria.tiers.iter();
    let tiers: Vec<(f64, u32)> = tiers.map(|tier| (tier.score.get(), tier.loops)).collect();
    assert_eq!(tiers, [(95.0, 5), (90.0, 10), (85.0, 20)]);
    assert_eq!(
        config.remarks,
        [
            "the tiers' scores do not fall and their loops do not rise from SYNC_AUDIT_TIER1 to SYNC_AUDIT_TIER3; used are: 95 up to loop 5, 90 up to loop 10, 85 up to loop 20"
        ]
    );
}

#[test]
fn a_hard_stop_within_the_tiers_is_remarked_on() {
    assert!(remarks(&[("SYNC_AUDIT_HARD_STOP_LOOPS", "20")]).contains("leaves no loop after"));
    assert_eq!(remarks(&[("SYNC_AUDIT_HARD_STOP_LOOPS", "21")]), "");
}
