//! [`Shown`]: what a token that was just made says, read from the token itself.

use meridian_wire::loc::binding::DocBinding;
use meridian_wire::loc::claim::LocationClaim;
use meridian_wire::loc::level::AssuranceLevel;
use meridian_wire::reader::content_info::ContentInfoView;
use meridian_wire::reader::signed_data::SignedDataView;
use meridian_wire::reader::tlv::Tlv;
use meridian_wire::reader::tst_info::TstInfoView;
use meridian_wire::reader::walk::Walk;
use meridian_wire::time::UnixMicros;
use meridian_wire::tsp::gen_time::GenTime;
use meridian_wire::tsp::resp::TimeStampResp;

/// What a location token says.
#[derive(Debug)]
pub(super) struct Shown {
    /// The token, a CMS ContentInfo.
    pub(super) token: Vec<u8>,
    pub(super) gen_time: UnixMicros,
    pub(super) policy: String,
    pub(super) level: AssuranceLevel,
    pub(super) binding: DocBinding,
}

impl Shown {
    /// Reads a TimeStampResp of ours. `None` is no input's doing.
    pub(super) fn of(answer: &[u8]) -> Option<Self> {
        let response = TimeStampResp::decode(answer).ok()?;
        let token = response.token()?.to_vec();
        let mut walk = Walk::new(token.len());
        let content = ContentInfoView::read(&Tlv::only(&token, &mut walk).ok()?, &mut walk).ok()?;
        let signed = SignedDataView::read(&content.content, &mut walk).ok()?;
        let info = signed.encapsulated.octets?;
        let info = TstInfoView::read(&Tlv::only(&info, &mut walk).ok()?, &mut walk).ok()?;
        let claim = LocationClaim::find(&info).ok()??;
        let gen_time = GenTime::parse(std::str::from_utf8(&info.gen_time).ok()?).ok()?;
        let (gen_time, policy) = (gen_time.to_micros(), info.policy.to_string());
        let (level, binding) = (claim.fields().level, claim.fields().binding);
        Some(Self {
            gen_time,
            policy,
            level,
            binding,
            token,
        })
    }
}
