"""Messages with a secret in them."""

SECRETS = {
    "a bearer token": "Authorization: Bearer s3cret",
    "a query": "GET /function?access_token=s3cret&x=1",
    "an option": "{'bearerToken': 's3cret'}",
    "a JSON key": '{"systemToken": "s3cret"}',
    "a password": "password=s3cret, user=me",
    "an address": "redis://:s3cret@127.0.0.1:6379/0",
    "an address with a user": "postgresql://kit:s3cret@db/kit",
    "an API key in a query": "GET /orders?api_key=s3cret&page=2",
    "a header with a key": "x-api-key: s3cret",
    "a client's secret": "client_secret=s3cret, grant_type=code",
    "a refresh token": "{'refresh_token': 's3cret'}",
    "a text of JSON in a text": r"{\"apiKey\": \"s3cret\"}",
    "a secret of several words": 'password="s3cret and s3cret"',
    "a token of the kit": "sent ck_s3cret_s3cret",
    "a webhook's secret": "whsec_s3crets3cret was not accepted",
    "a query of an address": "GET https://shop.example.com/orders?access_token=s3cret&x=1",
    "a named value in a value": "message=password=s3cret",
    "a named text in a value": "message=password='s3cret and s3cret', code=1",
    "a named value in a text": "{'url': '/orders?access_token=s3cret'}",
    "a signed token": "got eyJs3crets3cret.eyJs3cret.s3cret",
}
