#include "lib/lint/rules/security/shared_suffixes.h"

#include <unordered_set>

namespace egressctl::lint::rules {
namespace {

// Top-level names that do not lead to the internet.
bool is_private_top(std::string_view label) {
  return label == "local" || label == "internal" || label == "cluster" || label == "lan" ||
         label == "corp" || label == "home";
}

const std::unordered_set<std::string_view>& suffixes() {
  static const std::unordered_set<std::string_view> kSuffixes = {
      // Registries.
      "ac.uk", "co.uk", "gov.uk", "ltd.uk", "me.uk", "net.uk", "org.uk", "plc.uk", "com.au",
      "edu.au", "gov.au", "net.au", "org.au", "ac.jp", "co.jp", "go.jp", "ne.jp", "or.jp", "ac.nz",
      "co.nz", "net.nz", "org.nz", "com.br", "gov.br", "net.br", "org.br", "com.cn", "edu.cn",
      "gov.cn", "net.cn", "org.cn", "com.tr", "org.tr", "ac.in", "co.in", "net.in", "org.in",
      "ac.kr", "co.kr", "or.kr", "ac.za", "co.za", "org.za", "com.mx", "org.mx", "com.ar", "com.sg",
      "com.hk", "com.tw", "ac.il", "co.il", "org.il", "com.pl", "com.ua", "com.my", "com.sa",
      "co.id", "or.id", "com.vn", "com.co", "com.pe", "com.eg", "com.ph", "com.pk", "co.th",
      "com.ng", "co.ke", "com.es", "org.es", "com.pt", "com.gr", "com.cy", "eu.com", "uk.com",
      "us.com", "de.com",
      // Object stores and content networks.
      "amazonaws.com", "s3.amazonaws.com", "elb.amazonaws.com", "cloudfront.net",
      "elasticbeanstalk.com", "awsapprunner.com", "amplifyapp.com", "on.aws",
      "storage.googleapis.com", "googleapis.com", "googleusercontent.com", "windows.net",
      "core.windows.net", "blob.core.windows.net", "file.core.windows.net", "web.core.windows.net",
      "azureedge.net", "azurefd.net", "trafficmanager.net", "r2.cloudflarestorage.com",
      "cloudflarestorage.com", "digitaloceanspaces.com", "linodeobjects.com", "wasabisys.com",
      "backblazeb2.com", "fastly.net", "fastlylb.net", "akamaized.net", "akamaihd.net",
      "edgesuite.net", "edgekey.net", "b-cdn.net", "r2.dev",
      // Platforms that run what anyone uploads.
      "azurewebsites.net", "cloudapp.net", "cloudapp.azure.com", "azurecontainerapps.io",
      "azurestaticapps.net", "appspot.com", "r.appspot.com", "run.app", "a.run.app", "web.app",
      "firebaseapp.com", "firebaseio.com", "cloudfunctions.net", "workers.dev", "pages.dev",
      "herokuapp.com", "vercel.app", "netlify.app", "fly.dev", "onrender.com", "railway.app",
      "ondigitalocean.app", "deno.dev", "glitch.me", "replit.app", "repl.co", "surge.sh",
      "github.io", "githubusercontent.com", "gitlab.io", "bitbucket.io", "readthedocs.io",
      "blogspot.com", "wordpress.com", "myshopify.com", "sharepoint.com", "translate.goog",
      // Tunnels and names that anyone can point anywhere.
      "ngrok.io", "ngrok.app", "ngrok-free.app", "trycloudflare.com", "loca.lt", "nip.io",
      "sslip.io", "xip.io", "duckdns.org", "ddns.net", "dyndns.org", "hopto.org", "no-ip.org"};
  return kSuffixes;
}

// "s3.eu-west-1.amazonaws.com", "s3-eu-west-1.amazonaws.com" and the like: buckets of everyone.
bool is_regional_store(std::string_view domain) {
  return domain.ends_with(".amazonaws.com") &&
         (domain.starts_with("s3.") || domain.starts_with("s3-"));
}

}  // namespace

bool is_shared_suffix(std::string_view domain) {
  if (domain.find('.') == std::string_view::npos) return !is_private_top(domain);
  return suffixes().contains(domain) || is_regional_store(domain);
}

}  // namespace egressctl::lint::rules
