//! Deadlines, cancellation, and that nothing is left behind.

use super::*;

const SHORT: Duration = Duration::from_millis(150);

fn stall(after: usize) -> Step {
    Step::Stall {
        text: "0123456789".repeat(30),
        after,
    }
}

#[tokio::test]
async fn a_silent_server_is_given_up_at_the_first_sign_that_does_not_come() {
    let server = StandIn::start().await.unwrap();
    let model = model(&server.script("dumb", vec![Step::Silence]));
    let said = Said::default();
    let begun = Instant::now();
    let result = within(&model, &said, SHORT, LONG).await;
    assert_eq!(result, Err(ModelError::Silent));
    assert!(begun.elapsed() >= SHORT);
    assert!(begun.elapsed() < LONG / 2);
    server.idle("dumb").await;
    assert_eq!(server.requests("dumb").len(), 1);
}

#[tokio::test]
async fn at_the_deadline_the_time_is_up_whatever_is_waited_for() {
    let server = StandIn::start().await.unwrap();
    for (number, step) in [
        Step::Silence,
        stall(0),
        stall(3),
        Step::slow_answer("{}", 60_000, 0),
    ]
    .into_iter()
    .flat_map(|step| [step.clone(), over_chat(step)])
    .enumerate()
    {
        let name = format!("late-{number}");
        let model = model(&server.script(&name, vec![step.clone()]));
        let begun = Instant::now();
        let result = within(&model, &Said::default(), SHORT, SHORT).await;
        assert_eq!(result, Err(ModelError::TimedOut), "{step:?}");
        assert!(begun.elapsed() < LONG / 2);
        server.idle(&name).await;
    }
}

#[tokio::test]
async fn what_was_said_until_the_deadline_is_kept() {
    let server = StandIn::start().await.unwrap();
    let model = model(&server.script("stuck", vec![stall(3)]));
    let said = Said::default();
    let result = within(&model, &said, LONG, SHORT * 4).await;
    assert_eq!(result, Err(ModelError::TimedOut));
    assert_eq!(said.text().len(), 144);
    server.idle("stuck").await;
}

#[tokio::test]
async fn a_first_sign_is_enough_to_be_waited_for() {
    let server = StandIn::start().await.unwrap();
    // Headers come at once, each piece of the text later than a first sign may come.
    let slow = Step::slow_answer("0123456789".repeat(10), 0, 120);
    let model = model(&server.script("slow", vec![slow]));
    let answer = within(&model, &Said::default(), SHORT, LONG).await.unwrap();
    assert_eq!(answer.text.len(), 100);
}

#[tokio::test]
async fn a_deadline_that_is_over_costs_no_request() {
    let server = StandIn::start().await.unwrap();
    let model = model(&server.script("over", vec![Step::answer("{}")]));
    let result = within(&model, &Said::default(), Duration::ZERO, Duration::ZERO).await;
    assert_eq!(result, Err(ModelError::TimedOut));
    assert_eq!(server.requests("over"), []);
}

#[tokio::test]
async fn a_cancelled_call_ends_at_once_and_closes_its_connection() {
    let server = StandIn::start().await.unwrap();
    for (name, step) in [("before", Step::Silence), ("amid", stall(3))] {
        let model = model(&server.script(name, vec![step]));
        let cancel = CancellationToken::new();
        let said = Said::default();
        let call = Call {
            deadline: Instant::now() + LONG,
            first_sign: Instant::now() + LONG,
            cancel: &cancel,
            said: &said,
        };
        let prompt = prompt();
        let (result, ()) = tokio::join!(model.answer(&prompt, call), async {
            server.asked(name, 1).await;
            assert_eq!(server.underway(name), 1);
            cancel.cancel();
        });
        assert_eq!(result, Err(ModelError::Cancelled));
        server.idle(name).await;
    }
}

#[tokio::test]
async fn a_call_that_is_dropped_closes_its_connection() {
    let server = StandIn::start().await.unwrap();
    let model = model(&server.script("dropped", vec![stall(2)]));
    {
        let said = Said::default();
        let asking = ask(&model, &said);
        tokio::select! {
            result = asking => panic!("{result:?}"),
            () = server.asked("dropped", 1) => {}
        }
    }
    server.idle("dropped").await;
}
