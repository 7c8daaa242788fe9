"""What technologies are for: a frozen table of common names, under the encoder's version."""

from __future__ import annotations

FAMILIES = {
    "crm": "salesforce|hubspot crm|pipedrive|zoho crm|microsoft dynamics 365|dynamics crm|sugarcrm|"
    "freshsales|close|copper|insightly",
    "marketing automation": "hubspot|marketo|pardot|eloqua|activecampaign|mailchimp|klaviyo|braze|iterable|"
    "customer.io|sendinblue|brevo|constant contact|act-on",
    "sales engagement": "outreach|salesloft|apollo|apollo.io|gong|chorus|zoominfo|groove|lemlist",
    "customer support": "zendesk|intercom|freshdesk|drift|helpscout|help scout|livechat|gorgias|kustomer|"
    "servicenow",
    "web analytics": "google analytics|adobe analytics|mixpanel|amplitude|heap|hotjar|matomo|segment|"
    "fullstory|pendo|google tag manager",
    "business intelligence": "tableau|power bi|looker|qlik|metabase|superset|mode|thoughtspot|domo|sisense",
    "cloud": "aws|amazon web services|azure|microsoft azure|gcp|google cloud|google cloud platform|"
    "ibm cloud|oracle cloud|digitalocean|heroku|alibaba cloud",
    "data warehouse": "snowflake|bigquery|redshift|azure synapse|databricks|teradata|vertica|clickhouse|"
    "firebolt",
    "data pipelines": "airflow|apache airflow|dbt|fivetran|airbyte|stitch|talend|informatica|matillion|"
    "dagster|prefect|spark|apache spark|hadoop|apache hadoop",
    "streaming": "kafka|apache kafka|pulsar|confluent|kinesis|rabbitmq|flink|apache flink",
    "database": "postgresql|postgres|mysql|mariadb|sql server|microsoft sql server|oracle|oracle database|"
    "mongodb|redis|cassandra|dynamodb|elasticsearch|db2",
    "language": "python|java|javascript|typescript|php|ruby|go|golang|c#|c++|scala|kotlin|rust|cobol|.net|"
    "node.js|nodejs",
    "web framework": "react|angular|vue|vue.js|next.js|django|ruby on rails|rails|laravel|spring|flask|"
    "express",
    "containers": "docker|kubernetes|openshift|terraform|ansible|helm",
    "development": "github|gitlab|bitbucket|jira|jenkins|circleci|azure devops|confluence",
    "monitoring": "datadog|new relic|splunk|grafana|prometheus|sentry|pagerduty|dynatrace|elastic",
    "ecommerce": "shopify|magento|woocommerce|bigcommerce|salesforce commerce cloud|prestashop|squarespace|"
    "wix|shopware",
    "content management": "wordpress|drupal|contentful|webflow|adobe experience manager|sitecore|typo3|"
    "joomla",
    "payments": "stripe|paypal|adyen|braintree|square|klarna|worldpay|checkout.com|mollie|chargebee|recurly",
    "erp and finance": "sap|netsuite|oracle netsuite|oracle erp|microsoft dynamics|xero|quickbooks|sage|"
    "odoo|workday|coupa|as/400",
    "people": "bamboohr|personio|greenhouse|lever|rippling|gusto|adp|successfactors|hibob|deel",
    "collaboration": "slack|microsoft teams|zoom|google workspace|g suite|office 365|microsoft 365|notion|"
    "asana|monday.com|trello|miro|dropbox|box",
    "security": "okta|auth0|cloudflare|crowdstrike|duo|onelogin|palo alto networks|zscaler|1password|"
    "sentinelone",
}

FAMILY_OF = {name: family for family, names in FAMILIES.items() for name in names.split("|")}
