use crate::ports::Fault;

/// Does `act` to each of `items` and goes on after a fault, so that one that
/// fails does not hold up the others. Says how many went well; the fault is the
/// first one.
pub(crate) async fn each<T>(
    items: Vec<T>,
    act: impl AsyncFn(T) -> Result<(), Fault>,
) -> Result<usize, Fault> {
    let mut done = 0_usize;
    let mut result = Ok(());
    for item in items {
        match act(item).await {
            Ok(()) => done = done.saturating_add(1),
            Err(fault) => result = result.and(Err(fault)),
        }
    }
    result.map(|()| done)
}
