//! The tables: one per kind of request.

use super::{Field, Kind, Message, Space};
use sac::envelope::{A2F_MESSAGES, A2F_TYPES, DEM_TYPES};

const ANY: Kind = text(0, usize::MAX);
const DIGIT: Kind = Kind::Digits { min: 1, max: 1, type_name: "integerType" };
const LOT_TYPES: &str = "http://tipodati.xsd.nre.mirsac.sanita.finanze.it";

const fn text(min: usize, max: usize) -> Kind {
    Kind::Text { min, max }
}

const fn needed(name: &'static str, kind: Kind) -> Field {
    Field { name, space: Space::Message, min: 1, max: 1, kind }
}

const fn optional(name: &'static str, kind: Kind) -> Field {
    Field { name, space: Space::Message, min: 0, max: 1, kind }
}

/// The same element, in the namespace of the types.
const fn typed(field: Field) -> Field {
    Field { space: Space::Types, ..field }
}

const fn many(field: Field, max: usize) -> Field {
    Field { max, ..field }
}

const ROW: &[Field] = &[
    typed(optional("codProdPrest", ANY)),
    typed(optional("descrProdPrest", ANY)),
    typed(optional("codGruppoEquival", ANY)),
    typed(optional("descrGruppoEquival", ANY)),
    typed(optional("testoLibero", ANY)),
    typed(optional("descrTestoLiberoNote", ANY)),
    typed(optional("nonSost", ANY)),
    typed(optional("motivazNote", ANY)),
    typed(optional("codMotivazione", ANY)),
    typed(optional("notaProd", ANY)),
    typed(needed("quantita", DIGIT)),
    typed(optional("prescrizione1", ANY)),
    typed(optional("prescrizione2", ANY)),
    typed(optional("codCatalogoPrescr", ANY)),
    typed(optional("tipoAccesso", text(0, 1))),
    typed(optional("numeroNota", text(0, 10))),
    typed(optional("condErogabilita", text(0, 10))),
    typed(optional("approprPrescrittiva", text(0, 10))),
    typed(optional("patologia", text(0, 10))),
    typed(optional("numsedute", DIGIT)),
];

const ROWS: &[Field] = &[many(typed(needed("DettaglioPrescrizione", Kind::Group(ROW))), usize::MAX)];

const SEND: &[Field] = &[
    needed("pinCode", ANY),
    needed("cfMedico1", text(0, 16)),
    optional("cfMedico2", text(0, 16)),
    needed("codRegione", text(3, 3)),
    needed("codASLAo", ANY),
    optional("codStruttura", ANY),
    needed("codSpecializzazione", text(1, 1)),
    optional("testata1", ANY),
    optional("testata2", ANY),
    optional("nre", text(0, 15)),
    optional("tipoRic", text(0, 2)),
    optional("codiceAss", ANY),
    optional("cognNome", ANY),
    optional("indirizzo", ANY),
    optional("oscuramDati", ANY),
    optional("numTessSasn", ANY),
    optional("socNavigaz", ANY),
    needed("tipoPrescrizione", text(1, 1)),
    optional("ricettaInterna", ANY),
    optional("codEsenzione", ANY),
    optional("nonEsente", ANY),
    optional("reddito", ANY),
    optional("codDiagnosi", ANY),
    optional("descrizioneDiagnosi", ANY),
    needed("dataCompilazione", text(0, 19)),
    needed("tipoVisita", text(1, 1)),
    optional("dispReg", ANY),
    optional("provAssistito", ANY),
    optional("aslAssistito", ANY),
    optional("indicazionePrescr", text(0, 1)),
    optional("altro", text(0, 1)),
    optional("classePriorita", text(0, 1)),
    optional("statoEstero", ANY),
    optional("istituzCompetente", ANY),
    optional("numIdentPers", ANY),
    optional("numIdentTess", ANY),
    optional("dataNascitaEstero", text(0, 19)),
    optional("dataScadTessera", text(0, 19)),
    needed("ElencoDettagliPrescrizioni", Kind::Group(ROWS)),
];

const BY_NRE: &[Field] = &[needed("pinCode", ANY), needed("nre", text(0, 15)), needed("cfMedico", text(0, 16))];

const USED_NRES: &[Field] = &[
    needed("pinCode", ANY),
    needed("codRegione", text(3, 3)),
    optional("nre", text(0, 15)),
    optional("codLotto", text(1, 13)),
    needed("cfMedico", text(0, 16)),
    optional("cfAssistito", text(0, 16)),
    optional("tipoPrescr", text(1, 1)),
    optional("dataCompilazioneRicettaDal", text(19, 19)),
    optional("dataCompilazioneRicettaAl", text(19, 19)),
];

const LOT: &[Field] = &[
    needed("CodRegione", text(3, 3)),
    needed("IdentificativoLotto", Kind::Digits { min: 1, max: 1, type_name: "integer1" }),
    optional("CFMedico", text(0, 16)),
];

const IDENTIFIER: &[Field] = &[typed(needed("tipo", text(1, 2))), typed(needed("valore", text(0, 256)))];

const OPTION: &[Field] = &[typed(needed("chiave", text(0, 256))), typed(needed("valore", text(0, 256)))];

const OPTIONS: &[Field] = &[many(typed(needed("opzione", Kind::Group(OPTION))), 10)];

const CREATE: &[Field] = &[
    optional("userId", text(0, 16)),
    optional("identificativo", Kind::Group(IDENTIFIER)),
    optional("cfUtente", text(16, 16)),
    optional("codRegione", text(3, 3)),
    optional("codAslAo", text(3, 3)),
    optional("codSsa", text(5, 6)),
    optional("codiceStruttura", text(0, 10)),
    optional("contesto", text(1, 30)),
    optional("applicazione", text(0, 30)),
    optional("opzioni", Kind::Group(OPTIONS)),
    optional("infoAggiuntive", Kind::Group(OPTIONS)),
];

const ABOUT_TOKEN: &[Field] = &[
    optional("userId", text(0, 16)),
    optional("identificativo", Kind::Group(IDENTIFIER)),
    optional("cfUtente", text(16, 16)),
    needed("token", text(36, 36)),
    optional("contesto", text(1, 30)),
    optional("applicazione", text(0, 30)),
    optional("opzioni", Kind::Group(OPTIONS)),
    optional("infoAggiuntive", Kind::Group(OPTIONS)),
];

const fn dem(root: &'static str, namespace: &'static str, fields: &'static [Field]) -> Message {
    Message { root, namespace, types: DEM_TYPES, fields }
}

const fn a2f(root: &'static str, fields: &'static [Field]) -> Message {
    Message { root, namespace: A2F_MESSAGES, types: A2F_TYPES, fields }
}

/// Every request the simulator understands.
pub const MESSAGES: [Message; 8] = [
    dem("InvioPrescrittoRichiesta", "http://invioprescrittorichiesta.xsd.dem.sanita.finanze.it", SEND),
    dem("VisualizzaPrescrittoRichiesta", "http://visualizzaprescrittorichiesta.xsd.dem.sanita.finanze.it", BY_NRE),
    dem("AnnullaPrescrittoRichiesta", "http://annullaprescrittorichiesta.xsd.dem.sanita.finanze.it", BY_NRE),
    dem("InterrogaNreUtilRichiesta", "http://interroganreutilrichiesta.xsd.dem.sanita.finanze.it", USED_NRES),
    Message {
        root: "LottoRichiestaNRE",
        namespace: "http://lottorichiesta.xsd.nre.mirsac.sanita.finanze.it",
        types: LOT_TYPES,
        fields: LOT,
    },
    a2f("CreateAuthReq", CREATE),
    a2f("CheckTokenReq", ABOUT_TOKEN),
    a2f("RevokeAuthReq", ABOUT_TOKEN),
];
