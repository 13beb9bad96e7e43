//! The table against what it must say in general.
#![allow(clippy::string_slice, reason = "tests")]

use super::{Event, Filter, State, next};

#[test]
fn final_states_have_no_way_out() {
    for state in [State::Declined, State::Annulled] {
        assert!(Event::ALL.iter().all(|event| next(state, *event).is_err()), "{state:?}");
    }
}

#[test]
fn only_sac_itself_makes_a_prescription_accepted() {
    let ways: Vec<_> = State::ALL
        .iter()
        .flat_map(|state| Event::ALL.iter().map(move |event| (*state, *event)))
        .filter(|(state, event)| next(*state, *event) == Ok(State::Accepted))
        .collect();
    assert_eq!(
        ways,
        [
            (State::Sending, Event::SendAccepted),
            (State::Uncertain, Event::ViewFound),
            (State::Annulling, Event::AnnulRefused),
            (State::AnnulUncertain, Event::ViewFound),
            (State::AnnulUncertain, Event::AnnulRefused),
        ]
    );
}

#[test]
fn a_request_goes_out_only_from_the_queue() {
    let ways = State::ALL.iter().filter(|state| next(**state, Event::Claim).is_ok()).count();
    assert_eq!((ways, next(State::ToSend, Event::Claim)), (1, Ok(State::Sending)));
}

#[test]
fn nothing_but_accepted_with_a_code_is_deliverable() {
    let code = "191120160904022190000021250125";
    for state in State::ALL {
        assert_eq!(state.is_deliverable(code), *state == State::Accepted, "{state:?}");
        assert!(!state.is_deliverable(""), "{state:?}");
        assert!(!state.is_deliverable(&code[1..]), "{state:?}");
    }
}

#[test]
fn every_state_but_the_basket_is_in_exactly_one_filter() {
    for state in State::ALL {
        let shown = Filter::ALL.iter().filter(|filter| filter.states().contains(state)).count();
        assert_eq!(shown, usize::from(*state != State::Draft), "{state:?}");
    }
}

/// Where SAC assigns the numbers nothing but the doctor's word leads from doubt to a second request; where the region wants
/// another number, giving the old one up does.
#[test]
fn the_ways_out_of_doubt() {
    let again: Vec<Event> =
        Event::ALL.iter().copied().filter(|event| next(State::Uncertain, *event) == Ok(State::ToSend)).collect();
    assert_eq!(again, [Event::ViewMissing, Event::Retired, Event::ListMissing]);
    assert_eq!(next(State::Uncertain, Event::AskResend), Ok(State::Uncertain));
    for state in State::ALL.iter().filter(|state| **state != State::Uncertain) {
        for event in [Event::Retired, Event::ListMissing, Event::AskResend] {
            assert!(next(*state, event).is_err(), "{state:?} {event:?}");
        }
    }
}
