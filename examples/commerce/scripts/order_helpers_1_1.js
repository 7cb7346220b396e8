/* Runs on the platform: helpers for orders on their way into the ERP. */

var LARGE_ORDER = 2500

function rememberCustomer (options) {
  return options.postResponseMapData.map(function (record) {
    record.isNewCustomer = !record.customerInternalId
    record.greeting = record.isNewCustomer ? 'Welcome' : 'Welcome back'
    return record
  })
}

/* Every order is saved; a large one is announced as well. */
function chooseBranches (options) {
  return Number(options.record.total_price) >= LARGE_ORDER ? [0, 1] : [0]
}
