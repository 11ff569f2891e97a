// Beside the namespace OwlBoard.Gateway, the class of that name needs another one here.
global using GatewayUnderTest = OwlBoard.LoadBalancer.Gateways.Gateway;
global using Xunit;
