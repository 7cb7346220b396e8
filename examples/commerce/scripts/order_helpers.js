/* Runs on the platform: helpers for orders on their way into the ERP. */

function rememberCustomer (options) {
  return options.postResponseMapData.map(function (record) {
    record.isNewCustomer = !record.customerInternalId
    return record
  })
}

/* Every order is saved; a large one is announced as well. */
function chooseBranches (options) {
  return Number(options.record.total_price) >= 1000 ? [0, 1] : [0]
}
