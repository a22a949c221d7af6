terraform {
  required_providers {
    coder = {
      source = "coder/coder"
    }
    docker = {
      source = "kreuzwerker/docker"
    }
  }
}

variable "image" {
  type        = string
  default     = "ubuntu:24.04"
  description = "Image of the workspace container."
}

locals {
  home = "/home/${lower(data.coder_workspace_owner.me.name)}"
}

data "coder_workspace" "me" {
}

data "coder_workspace_owner" "me" {
}

data "coder_parameter" "firewall" {
  name    = "Agent firewall"
  type    = "bool"
  default = "true"
  mutable = true
}

data "coder_parameter" "model" {
  name    = "model"
  default = "small"
  mutable = true
  option {
    name  = "Small"
    value = "small"
  }
  option {
    name  = "Large"
    value = "large"
  }
}

resource "coder_agent" "main" {
  os   = "linux"
  arch = "amd64"
  dir  = local.home
  env = {
    GREETING = "hello ${data.coder_workspace_owner.me.full_name}"
    SHADOWED = "by the agent"
  }
  metadata {
    key      = "load"
    script   = "cat /proc/loadavg"
    interval = 10
  }
}

resource "coder_env" "session_token" {
  agent_id = coder_agent.main.id
  name     = "AIGOV_SESSION_TOKEN"
  value    = data.coder_workspace_owner.me.session_token
}

resource "coder_env" "shadowed" {
  agent_id = coder_agent.main.id
  name     = "SHADOWED"
  value    = "by coder_env"
}

resource "coder_env" "path" {
  agent_id       = coder_agent.main.id
  name           = "TOOLS"
  value          = "$HOME/tools"
  merge_strategy = "append"
}

resource "coder_env" "path_more" {
  agent_id       = coder_agent.main.id
  name           = "TOOLS"
  value          = "/opt/tools"
  merge_strategy = "append"
}

resource "coder_script" "prepare" {
  agent_id           = coder_agent.main.id
  display_name       = "Prepare"
  script             = file("${path.module}/scripts/prepare.sh")
  run_on_start       = true
  start_blocks_login = true
  timeout            = 30
}

resource "coder_script" "farewell" {
  agent_id     = coder_agent.main.id
  display_name = "Farewell"
  script       = "#!/bin/sh\necho bye > \"$HOME/farewell\"\n"
  run_on_stop  = true
}

resource "coder_script" "firewall" {
  count        = data.coder_parameter.firewall.value == "true" ? 1 : 0
  agent_id     = coder_agent.main.id
  display_name = "Firewall for ${data.coder_workspace.me.name}"
  script       = <<-EOT
    #!/bin/sh
    printf '%s' '${base64encode(jsonencode({ model = data.coder_parameter.model.value }))}' > "$HOME/firewall"
    echo "$${HOME} is home"
  EOT
  run_on_start = true
}

resource "coder_app" "gateway" {
  agent_id     = coder_agent.main.id
  slug         = "gateway"
  display_name = "AI gateway"
  url          = "http://127.0.0.1:4180"
  share        = "owner"
}

resource "coder_metadata" "container" {
  count       = data.coder_workspace.me.start_count
  resource_id = docker_container.workspace[0].id
  item {
    key   = "policy"
    value = "v1"
  }
}

resource "docker_volume" "home" {
  name = "coder-${data.coder_workspace.me.id}-home"
  lifecycle {
    ignore_changes = all
  }
}

resource "docker_image" "workspace" {
  name = var.image
}

resource "docker_container" "workspace" {
  count      = data.coder_workspace.me.start_count
  image      = docker_image.workspace.image_id
  name       = "coder-${data.coder_workspace_owner.me.name}-${lower(data.coder_workspace.me.name)}"
  hostname   = data.coder_workspace.me.name
  entrypoint = ["sh", "-c", replace(coder_agent.main.init_script, "/localhost|127\\.0\\.0\\.1/", "host.docker.internal")]
  env        = ["CODER_AGENT_TOKEN=${coder_agent.main.token}"]
  host {
    host = "host.docker.internal"
    ip   = "host-gateway"
  }
  volumes {
    container_path = local.home
    volume_name    = docker_volume.home.name
  }
  labels {
    label = "coder.owner"
    value = data.coder_workspace_owner.me.name
  }
}
