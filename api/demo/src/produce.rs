//! Making rows up on one thread while another writes them.

use std::sync::Arc;

use tokio::sync::mpsc;

use demo_data::Demo;

/// Batches made ahead of the one being written.
const AHEAD: usize = 2;

/// Makes the rows of every product on a thread of its own. A batch holds those of some whole products, about `size`.
pub(super) fn batches<T: Send + 'static>(
    demo: &Arc<Demo>,
    size: usize,
    rows: impl Fn(&Demo, u32, &mut Vec<T>) + Send + 'static,
) -> mpsc::Receiver<Batch<T>> {
    let (sender, receiver) = mpsc::channel(AHEAD);
    let demo = demo.clone();
    tokio::task::spawn_blocking(move || {
        let mut batch = Batch { rows: Vec::with_capacity(size), products: 0 };
        for item in 0..demo.product_count() {
            rows(&demo, item, &mut batch.rows);
            batch.products += 1;
            let full = batch.rows.len() >= size || batch.products as usize >= size;
            let last = item + 1 == demo.product_count();
            let next = Batch { rows: Vec::with_capacity(size), products: 0 };
            // A receiver that is gone has failed and says so itself.
            if (full || last) && sender.blocking_send(std::mem::replace(&mut batch, next)).is_err() {
                return;
            }
        }
    });
    receiver
}

/// Rows of some products.
pub(super) struct Batch<T> {
    pub(super) rows: Vec<T>,
    pub(super) products: u64,
}
