"""A connector of framework 2.0 whose steps, form, and saves run on scripts."""

from connector_kit import Connection, Connector, Export, InstallStep, Script, Text, UninstallStep

CHECKS = """
function channelForm(options) {
  return {fieldMap: {channel: {id: 'channel', name: 'channel', type: 'text',
                               label: 'Channel of ' + options.resource.name}}}
}
function storeChannel(options) {
  if (!options.formSubmission.channel) throw new Error('Choose a channel.')
}
function fillForm(options) {
  var form = options.resource.settingsForm.form
  form.fieldMap.channel.helpText = 'For ' + options.resource.name
  return form
}
function checkSettings(options) {
  var settings = options.newResource.settings
  if (settings.channel[0] !== '#') throw new Error('A channel begins with #.')
  settings.channel = settings.channel.toLowerCase()
  return options.newResource
}
function sayGoodbye(options) {
  if (!options.formSubmission.reason) throw new Error('Give a reason.')
}
"""


class Scripted(Connector):
    name = "Scripted"
    version = "1.0.0"
    framework = 2

    shop = Connection(
        "Shop", type="http", http={"baseURI": "https://shop.example.com", "mediaType": "json"}
    )
    orders = Export("Orders", connection=shop, http={"relativeURI": "/", "method": "GET"})
    checks = Script("Checks", content=CHECKS)

    choose = InstallStep(
        "Choose a channel",
        init_form=checks.function("channelForm"),
        function=checks.function("storeChannel"),
    )
    goodbye = UninstallStep(
        "Say goodbye", form={"fieldMap": {}}, function=checks.function("sayGoodbye")
    )
    form_init = checks.function("fillForm")
    pre_save = checks.function("checkSettings")

    class Settings:
        channel = Text("Channel", default="#orders")
