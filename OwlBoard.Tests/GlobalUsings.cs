// Beside the namespace OwlBoard.Gateway, the class of that name needs another one here.
global using Xunit;
global using GatewayUnderTest = OwlBoard.LoadBalancer.Gateways.Gateway;
